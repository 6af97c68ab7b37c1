import { arrange } from './arrange.js';
import { el } from './dom.js';
import { span } from './time.js';

/** @typedef {'client' | 'server' | 'database' | 'serviceman'} Lane */

/**
 * What went over the wire, or a mark between two arrows, which has a text alone.
 * @typedef {object} Arrow
 * @property {string} key tells it from the others of its diagram
 * @property {Lane} [from]
 * @property {Lane} [to]
 * @property {string} [label]
 * @property {string} [who] the user at the end of it that is no server
 * @property {number} [ms] from the commit to the receipt
 * @property {boolean} [late]
 * @property {boolean} [waiting] it has been sent off, or is to be, and has not been received yet
 * @property {string} [note] stands in place of the time
 * @property {string} [mark]
 */

/** @type {Lane[]} */
const lanes = ['client', 'server', 'database', 'serviceman'];

/**
 * The sequence diagram of an order: a list of arrows, each of which reads well without the drawing.
 */
export class WireElement extends HTMLElement {
  #list = el('ol', { tabindex: '0', 'aria-label': 'Arrows, the first sent first' });
  /** @type {Map<string, {node: HTMLLIElement, arrow: string}>} */
  #shown = new Map();

  connectedCallback() {
    if (this.childElementCount === 0) {
      this.append(el('div', { class: 'lanes', 'aria-hidden': 'true' }, lanes.map((lane) => el('span', { class: lane }, lane))), this.#list);
    }
  }

  /**
   * Shows these arrows. One that was there stays, so that only what is new draws itself in.
   * @param {Arrow[]} arrows
   */
  show(arrows) {
    const follows = this.#list.scrollTop + this.#list.clientHeight >= this.#list.scrollHeight - 4;
    let number = 0;
    const nodes = arrows.map((arrow) => {
      const text = JSON.stringify([arrow, arrow.mark ? 0 : ++number]);
      const there = this.#shown.get(arrow.key);
      if (there?.arrow === text) {
        return there.node;
      }
      const node = arrow.mark ? el('li', { class: 'mark' }, el('b', {}, arrow.mark)) : item(arrow, number);
      node.classList.toggle('new', !there);
      this.#shown.set(arrow.key, { node, arrow: text });
      return node;
    });
    const keys = new Set(arrows.map(({ key }) => key));
    for (const key of [...this.#shown.keys()].filter((known) => !keys.has(known))) {
      this.#shown.delete(key);
    }
    arrange(this.#list, nodes, this.#list);
    if (follows) {
      this.#list.scrollTop = this.#list.scrollHeight;
    }
  }
}

/**
 * @param {Arrow} arrow
 * @param {number} number
 */
function item({ from = 'server', to = 'server', label = '', who, ms, late = false, waiting = false, note }, number) {
  const [a, b] = [lanes.indexOf(from) + 1, lanes.indexOf(to) + 1];
  const voice = to === 'database' ? 'database' : from;
  const time = note ?? (waiting ? 'on its way' : ms === undefined ? '' : span(ms));
  const node = el('li', { class: `${voice}${b < a ? ' back' : ''}${late ? ' late' : ''}${waiting ? ' waiting' : ''}` },
    el('span', { class: 'said' }, `${from} to ${to}${who ? ` (${who})` : ''}: ${label}${time && `, ${time}`}${late ? ', late' : ''}`),
    el('small', { class: 'n', 'aria-hidden': 'true' }, number),
    el('span', { class: 'line', 'aria-hidden': 'true' }, el('em', {}, el('b', {}, label))),
    el('small', { class: 'time', 'aria-hidden': 'true' }, time));
  node.style.setProperty('--left', String(Math.min(a, b)));
  node.style.setProperty('--lanes', String(Math.abs(a - b)));
  return node;
}

customElements.define('callout-wire', WireElement);

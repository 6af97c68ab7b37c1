/** @import { HistoryEvent } from '../shared/arrows.js' */
/** @import { Past } from './order.js' */

import { arrange } from '../shared/arrange.js';
import { el, show } from '../shared/dom.js';
import { clock } from '../shared/time.js';
import { extraWords } from './extra.js';
import { ladder, toldWords } from './ladder.js';
import { exact } from './moments.js';
import { person } from './names.js';

/** What has happened to an order, the last event first, each with what became of it on the devices of those who were told. */
export class History {
  #orderId;
  node = el('ol', { class: 'history', reversed: true, tabindex: '-1' });
  /** @type {Map<number, HTMLLIElement>} by the event's version */
  #nodes = new Map();
  /** @type {Map<number, boolean>} whether the operator has opened the receipts of an event, or closed them */
  #opened = new Map();

  /** @param {() => string} orderId */
  constructor(orderId) {
    this.#orderId = orderId;
  }

  /** Forgets the order that was shown. */
  clear() {
    this.#nodes.clear();
    this.#opened.clear();
    this.node.replaceChildren();
  }

  /**
   * @param {HistoryEvent[]} events
   * @param {Past['receipts']} receipts
   */
  show(events, receipts) {
    const last = events.at(-1)?.version ?? 0;
    const nodes = events.map((event) => {
      const node = this.#nodes.get(event.version) ?? el('li');
      this.#nodes.set(event.version, node);
      const told = receipts.filter(({ version }) => version === event.version);
      show(node, [event, told, event.version === last], () => this.#item(event, told, event.version === last));
      return node;
    });
    arrange(this.node, nodes.reverse(), this.node);
  }

  /**
   * @param {HistoryEvent} event
   * @param {Past['receipts']} told
   * @param {boolean} last
   */
  #item(event, told, last) {
    const { version, statusCode, name, message, senderId, senderRole, at, extra, order } = event;
    const words = extraWords(extra, order.currency);
    return [
      el('div', { class: 'event' }, el('span', { class: 'version mono' }, version), el('b', {}, name), el('span', { class: 'mono quiet' }, statusCode),
        el('time', { class: 'mono', datetime: at, title: exact(at) }, clock(at))),
      el('p', { class: 'quiet' }, `${message}, `, senderRole === 'system' ? 'by itself.' : [`by ${senderRole} `, person(senderId, this.#orderId()), '.']),
      words.length > 0 && el('dl', { class: 'extra' }, words.flatMap(([key, value]) => [el('dt', {}, key), el('dd', {}, value)])),
      this.#receipts(event, told, last),
    ];
  }

  /**
   * @param {HistoryEvent} event
   * @param {Past['receipts']} told
   * @param {boolean} last
   */
  #receipts(event, told, last) {
    const { version } = event;
    const toggled = () => this.#opened.set(version, !node.open);
    const node = el('details', { open: this.#opened.get(version) ?? last },
      el('summary', { 'data-key': `receipts-${version}`, onclick: toggled }, toldWords(told)), ladder(event, told));
    return node;
  }
}

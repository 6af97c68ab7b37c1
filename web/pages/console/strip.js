/** @import { Figures, Measure, Point } from './measures.js' */

import { el, show } from '../shared/dom.js';
import { acceptMedian, commits, completed, lagSlowest, open, rangeOf, samplesOf, saying, shareCompleted } from './measures.js';
import { plot } from './plot.js';

const staleAfter = 60_000; // ms after which what was measured last is no longer of now

/**
 * @typedef {object} Dial
 * @property {string} title
 * @property {Measure} measure
 * @property {string} [unit] what stands behind the value, instead of its unit
 * @property {(points: Point[]) => number | null} [whole] the value that stands for the whole hour; absent: the last one does
 */

/** @type {Dial[]} */
const dials = [
  { title: 'Open orders', measure: open },
  { title: 'Time to accept', measure: acceptMedian, unit: 'median' },
  { title: 'Placed → complete', measure: completed, whole: shareCompleted },
  { title: 'Commits', measure: commits },
  { title: 'Delivery lag', measure: lagSlowest, unit: 'p99' },
];

/** Five figures of this server with their last hour, on top of every view. */
export class Strip {
  #list = el('dl', { class: 'figures' });
  node = el('section', { class: 'strip', tabindex: '0', 'aria-label': 'This server’s last hour' }, this.#list);

  constructor() {
    this.show({ everySeconds: 10, points: [] });
  }

  /** @param {Figures} figures */
  show({ points }) {
    show(this.#list, points.at(-1)?.at ?? '', () => dials.map((dial) => el('div', {}, el('dt', {}, dial.title), el('dd', {}, reading(dial, points)))));
  }
}

/**
 * @param {Dial} dial
 * @param {Point[]} points
 */
function reading({ title, measure, unit: kind, whole }, points) {
  const samples = samplesOf(measure, points);
  const range = rangeOf(samples);
  if (!range) {
    return el('div', {}, el('b', { class: 'quiet' }, '–'), el('small', {}, points.length > 0 ? 'nothing measured' : 'comes every 10 s'));
  }
  const value = whole?.(points) ?? range.last.value;
  const [number, unit] = measure.say(value);
  const old = !whole && Date.parse(points.at(-1)?.at ?? '') - range.last.at > staleAfter;
  const label = `${title}${kind ? `, ${kind}` : ''}: ${whole ? 'in the whole hour' : old ? 'measured last' : 'now'} ${saying(measure, value)}; ` +
    `lowest ${saying(measure, range.least)}, highest ${saying(measure, range.most)}`;
  const top = whole ? 1 : range.most;
  return [
    el('div', {}, el('b', {}, number), el('small', {}, [unit, kind, old && 'last'].filter(Boolean).join(', '))),
    plot([{ measure: { ...measure, dashed: false }, samples }], { label, top, height: 34 }),
  ];
}

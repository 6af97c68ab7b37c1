/** @import { Figures, Measure, Point } from './measures.js' */

import { Status, nameOf } from '../../sdk/callout.js';
import { el, show } from '../shared/dom.js';
import { pill } from '../shared/statuses.js';
import { ago } from '../shared/time.js';
import { bars } from './bars.js';
import {
  acceptMedian, acceptSlowest, commits, lagMedian, lagSlowest, moved, open, rangeOf, roundUp, samplesOf, saying, sessions,
  shareCompleted,
} from './measures.js';
import { plot, reachOf } from './plot.js';
import { hashOf } from './route.js';

const openStatuses = [
  Status.PLACED, Status.BROADCASTED, Status.ACCEPTED, Status.STARTED, Status.ORDER_CHANGED, Status.EXTENDED, Status.PAYMENT, Status.PAYMENT_VERIFICATION,
];
const stages = [Status.PLACED, Status.ACCEPTED, Status.STARTED, Status.PAYMENT, Status.PAYMENT_VERIFICATION, Status.ORDER_COMPLETE];

/** @type {{title: string, note: string, measures: Measure[]}[]} */
const plots = [
  { title: 'Open orders', note: 'that have not ended', measures: [open] },
  { title: 'Time to accept', note: 'from PLACED to ACCEPTED', measures: [acceptMedian, acceptSlowest] },
  { title: 'Sessions', note: 'devices that are connected', measures: [sessions] },
  { title: 'Commits a second', note: 'commands that took effect', measures: [commits] },
  { title: 'Delivery lag', note: 'from the commit until it was written to a socket, which may have been away', measures: [lagMedian, lagSlowest] },
];

/** The last hour of the server that the page is from, in full. */
export class FiguresView {
  #cards = el('div', { class: 'cards' });
  node = el('section', { class: 'view', 'aria-labelledby': 'view' },
    el('h2', { id: 'view' }, 'The last hour of this server', el('small', {}, 'figures come every 10 seconds')), this.#cards);

  constructor() {
    this.figures({ everySeconds: 10, points: [] });
  }

  open() {}

  happened() {}

  stop() {}

  /** @param {Figures} figures */
  figures({ points }) {
    show(this.#cards, points.at(-1)?.at ?? '', () => (points.length > 0
      ? [openCard(points), funnelCard(points), ...plots.map((card) => plotCard(card, points))]
      : el('p', { class: 'empty' }, 'There are none yet. Figures come every 10 seconds.')));
  }
}

/** @param {Point[]} points */
function openCard(points) {
  const counts = points.at(-1)?.open;
  const rows = openStatuses.map((code) => ({
    label: el('a', { href: hashOf('orders', { status: String(code) }), 'data-key': `open-${code}` }, pill(code)), value: counts?.[code] ?? 0,
  }));
  return card('Open orders by status', 'now', counts ? bars(rows, Math.max(...rows.map(({ value }) => value)), 'client')
    : el('p', { class: 'quiet' }, 'The server could not read them.'));
}

/** @param {Point[]} points */
function funnelCard(points) {
  const placed = moved(points, Status.PLACED);
  const rows = stages.map((code) => {
    const value = moved(points, code);
    return { label: el('span', { class: 'mono' }, nameOf(code)), value, note: placed > 0 ? `${Math.round((100 * value) / placed)} %` : '' };
  });
  const share = shareCompleted(points);
  const ends = `${moved(points, Status.CANCELLED)} cancelled, ${moved(points, Status.EXPIRED)} expired. ` +
    (share === null ? 'No order has ended.' : `Of those that ended, ${Math.round(1000 * share) / 10} % are complete.`);
  return card('From placed to complete', 'events of this hour, and percent of those placed', bars(rows, placed, 'durable'), el('p', { class: 'quiet' }, ends));
}

/**
 * @param {{title: string, note: string, measures: Measure[]}} what
 * @param {Point[]} points
 */
function plotCard({ title, note, measures }, points) {
  const lines = measures.map((measure) => ({ measure, samples: samplesOf(measure, points) }));
  const known = lines.flatMap(({ measure, samples }) => {
    const range = rangeOf(samples);
    return range ? [{ measure, text: words(measure, range) }] : [];
  });
  const [first] = measures;
  if (!first || known.length === 0) {
    return card(title, note, el('p', { class: 'empty' }, 'Nothing was measured in this hour.'));
  }
  const top = roundUp(first, Math.max(...lines.map(({ samples }) => rangeOf(samples)?.most ?? 0)));
  return card(title, note,
    el('div', { class: 'frame' },
      el('span', { class: 'top mono', 'aria-hidden': 'true' }, saying(first, top)),
      plot(lines, { label: `${title}, the last hour: ${known.map(({ text }) => text).join('. ')}`, top, height: 120, rules: 3 }),
      el('div', { class: 'scale mono', 'aria-hidden': 'true' }, el('span', {}, `${ago(reachOf(lines[0]?.samples ?? []))} ago`), el('span', {}, 'now'))),
    el('ul', { class: 'legend' }, known.map(({ measure, text }) => el('li', { class: `${measure.voice}${measure.dashed ? ' dashed' : ''}` }, text))));
}

/**
 * @param {Measure} measure
 * @param {{last: {value: number}, least: number, most: number}} range
 */
function words(measure, { last, least, most }) {
  return `${measure.name}: last ${saying(measure, last.value)}, lowest ${saying(measure, least)}, highest ${saying(measure, most)}`;
}

/**
 * @param {string} title
 * @param {string} note
 * @param {...HTMLElement} content
 */
function card(title, note, ...content) {
  return el('section', { class: 'card' }, el('h3', {}, title, el('small', {}, note)), ...content);
}

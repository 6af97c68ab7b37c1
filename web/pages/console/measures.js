import { Status, ends } from '../../sdk/callout.js';

/** @typedef {{count: number, p50: number, p99: number}} Quantiles */

/**
 * What a server was like at a moment, and what it did since the one before, as the HTTP API tells it.
 * @typedef {object} Point
 * @property {string} at
 * @property {number} sessions
 * @property {Record<string, number> | null} open orders by the code of their status; null: it is not known
 * @property {number} commitsPerSecond
 * @property {Record<string, number>} moves by their code
 * @property {Quantiles} [secondsToAccept]
 * @property {Quantiles} [deliveryLagSeconds]
 */

/** @typedef {{everySeconds: number, points: Point[]}} Figures */

/** @typedef {{at: number, value: number | null}} Sample what was measured at a time, in ms; null: nothing */

/**
 * Something that has a value at every point, or at some.
 * @typedef {object} Measure
 * @property {string} name in words
 * @property {'client' | 'serviceman' | 'durable' | 'ink'} voice the colour of its line
 * @property {boolean} [dashed]
 * @property {(points: Point[]) => (number | null)[]} of
 * @property {(value: number) => [string, string]} say a number and its unit
 */

const shareOver = 60; // points that a share of those that ended is of

/** @type {Measure} */
export const open = { name: 'open orders', voice: 'client', of: each(({ open: counts }) => counts && sum(Object.values(counts))), say: whole };
/** @type {Measure} */
export const sessions = { name: 'sessions', voice: 'client', of: each((point) => point.sessions), say: whole };
/** @type {Measure} */
export const commits = { name: 'commits a second', voice: 'durable', of: each((point) => point.commitsPerSecond), say: rate };
/** @type {Measure} */
export const acceptMedian = { name: 'median', voice: 'serviceman', of: each((point) => point.secondsToAccept?.p50), say: duration };
/** @type {Measure} */
export const acceptSlowest = { name: 'p99', voice: 'serviceman', dashed: true, of: each((point) => point.secondsToAccept?.p99), say: duration };
/** @type {Measure} */
export const lagMedian = { name: 'median', voice: 'ink', of: each((point) => point.deliveryLagSeconds?.p50), say: duration };
/** @type {Measure} */
export const lagSlowest = { name: 'p99', voice: 'ink', dashed: true, of: each((point) => point.deliveryLagSeconds?.p99), say: duration };
/** @type {Measure} the share that is complete, of the orders that have ended in the ten minutes before */
export const completed = {
  name: 'placed to complete', voice: 'durable', say: percent,
  of: (points) => points.map((_, i) => shareCompleted(points.slice(Math.max(0, i + 1 - shareOver), i + 1))),
};

/**
 * @param {Measure} measure
 * @param {Point[]} points
 * @returns {Sample[]}
 */
export function samplesOf(measure, points) {
  const values = measure.of(points);
  return points.map(({ at }, i) => ({ at: Date.parse(at), value: values[i] ?? null }));
}

/**
 * How often something happened at all these points.
 * @param {Point[]} points
 * @param {number} code
 */
export function moved(points, code) {
  return sum(points.map(({ moves }) => moves[code] ?? 0));
}

/**
 * The share that is complete, 0 to 1, of the orders that have ended; null: none has.
 * @param {Point[]} points
 */
export function shareCompleted(points) {
  const ended = sum(Object.values(Status).filter(ends).map((code) => moved(points, code)));
  return ended > 0 ? moved(points, Status.ORDER_COMPLETE) / ended : null;
}

/**
 * The last sample that has a value, the least value and the greatest, or null where there is none.
 * @param {Sample[]} samples
 */
export function rangeOf(samples) {
  const known = samples.flatMap(({ at, value }) => (value === null ? [] : [{ at, value }]));
  const last = known.at(-1);
  const values = known.map(({ value }) => value);
  return last ? { last, least: Math.min(...values), most: Math.max(...values) } : null;
}

/**
 * A value of a measure in words.
 * @param {Measure} measure
 * @param {number} value
 */
export function saying(measure, value) {
  return measure.say(value).filter(Boolean).join(' ');
}

/**
 * A round value of a measure that is not below this one: 1, 2 or 5 and noughts, of its unit.
 * @param {Measure} measure
 * @param {number} value
 */
export function roundUp({ say }, value) {
  if (value <= 0) {
    return 1;
  }
  const size = say === duration ? unitOf(value).size : 1;
  const ten = 10 ** Math.floor(Math.log10(value / size));
  return size * ([1, 2, 5].map((step) => step * ten).find((round) => round >= (value / size) * 0.999) ?? 10 * ten);
}

/**
 * @param {(point: Point) => number | null | undefined} value
 * @returns {(points: Point[]) => (number | null)[]}
 */
function each(value) {
  return (points) => points.map((point) => value(point) ?? null);
}

/** @param {number[]} values */
function sum(values) {
  return values.reduce((a, b) => a + b, 0);
}

/**
 * @param {number} value
 * @returns {[string, string]}
 */
function whole(value) {
  return [Math.round(value).toLocaleString('en-GB'), ''];
}

/**
 * @param {number} value
 * @returns {[string, string]}
 */
function rate(value) {
  return [value > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value).toLocaleString('en-GB'), '/s'];
}

/**
 * @param {number} value
 * @returns {[string, string]}
 */
function percent(value) {
  return [String(Math.round(value * 1000) / 10), '%'];
}

/**
 * @param {number} seconds
 * @returns {[string, string]}
 */
function duration(seconds) {
  const { size, unit } = unitOf(seconds);
  const value = seconds / size;
  return [value < 9.95 ? value.toFixed(1) : String(Math.round(value)), unit];
}

/** @param {number} seconds */
function unitOf(seconds) {
  if (seconds < 0.9995) {
    return { size: 0.001, unit: 'ms' };
  }
  return seconds < 99.5 ? { size: 1, unit: 's' } : seconds < 5970 ? { size: 60, unit: 'min' } : { size: 3600, unit: 'h' };
}

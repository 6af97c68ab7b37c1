/** @import { Measure, Sample } from './measures.js' */

import { svg } from '../shared/dom.js';

const minute = 60_000;
const reaches = [5 * minute, 15 * minute, 30 * minute, 60 * minute]; // ms that a plot may reach back

const width = 600;
const edge = 2; // above and below the line

/**
 * Draws lines up to now, over as much of the last hour as there is. Where nothing was measured a line breaks; a value that stands alone is
 * a dot.
 * @param {{measure: Measure, samples: Sample[]}[]} lines
 * @param {object} options
 * @param {string} options.label what is to be seen, in words
 * @param {number} options.top the value at the upper edge; 0 is at the lower
 * @param {number} options.height
 * @param {number} [options.rules] how many lines to rule
 */
export function plot(lines, { label, top, height, rules = 0 }) {
  const samples = lines[0]?.samples ?? [];
  const now = samples.at(-1)?.at ?? 0;
  const reach = reachOf(samples);
  const gap = Math.max(30_000, 2.5 * paceOf(samples));
  const place = (/** @type {number} */ at, /** @type {number} */ value) => /** @type {[number, number]} */ ([
    round(width * (1 - (now - at) / reach)), round(height - edge - (height - 2 * edge) * Math.min(1, value / (top || 1))),
  ]);
  const node = svg('svg', { class: 'plot', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label });
  for (let i = 0; i < rules; i++) {
    const y = round(edge + ((height - 2 * edge) * i) / (rules - 1));
    node.append(svg('path', { class: 'rule', d: `M0 ${y}H${width}` }));
  }
  for (const { measure, samples } of lines) {
    const strokes = strokesOf(samples, now - reach, gap).map((stroke) => stroke.map(({ at, value }) => place(at, value)));
    if (!measure.dashed) {
      node.append(svg('path', { class: `area ${measure.voice}`, d: strokes.map((stroke) => areaUnder(stroke, height - edge)).join('') }));
    }
    node.append(svg('path', { class: `line ${measure.voice}${measure.dashed ? ' dashed' : ''}`, d: strokes.map(along).join('') }));
  }
  return node;
}

/**
 * How far a plot of these samples reaches back, in ms.
 * @param {Sample[]} samples
 */
export function reachOf(samples) {
  const [first, last] = [samples[0], samples.at(-1)];
  const age = first && last ? last.at - first.at : 0;
  return reaches.find((reach) => reach >= age) ?? 60 * minute;
}

/**
 * Parts the samples since a time where a value is missing.
 * @param {Sample[]} samples
 * @param {number} since
 * @param {number} gap the most between two that belong together, in ms
 */
function strokesOf(samples, since, gap) {
  /** @type {{at: number, value: number}[][]} */
  const strokes = [];
  let before = -Infinity;
  for (const { at, value } of samples) {
    if (value === null) {
      before = -Infinity;
    } else if (at >= since) {
      if (at - before > gap) {
        strokes.push([]);
      }
      strokes.at(-1)?.push({ at, value });
      before = at;
    }
  }
  return strokes;
}

/** @param {Sample[]} samples */
function paceOf(samples) {
  const [first, last] = [samples[0], samples.at(-1)];
  return first && last && samples.length > 1 ? (last.at - first.at) / (samples.length - 1) : 0;
}

/** @param {[number, number][]} stroke */
function along(stroke) {
  const [first, ...rest] = stroke.map(([x, y]) => `${x} ${y}`);
  return rest.length > 0 ? `M${first}L${rest.join(' ')}` : `M${first}h.01`;
}

/**
 * @param {[number, number][]} stroke
 * @param {number} floor
 */
function areaUnder(stroke, floor) {
  const [first, last] = [stroke[0], stroke.at(-1)];
  return first && last && stroke.length > 1 ? `${along(stroke)}V${floor}H${first[0]}Z` : '';
}

/** @param {number} n */
function round(n) {
  return Math.round(n * 10) / 10;
}

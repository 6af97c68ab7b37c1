/** @import { HistoryEvent } from '../shared/arrows.js' */
/** @import { Past } from './order.js' */

import { el } from '../shared/dom.js';
import { clock, span } from '../shared/time.js';

/**
 * Sums up what became of an event for those who were told of it.
 * @param {Past['receipts']} told
 */
export function toldWords(told) {
  if (told.length === 0) {
    return 'Told to nobody';
  }
  const have = told.filter(({ devices }) => devices.some(({ ackedAt }) => ackedAt)).length;
  const who = have === 0 ? 'nobody has' : have === told.length ? 'all have' : have === 1 ? 'one has' : `${have} have`;
  return `Told to ${told.length}: ${who} acknowledged`;
}

/**
 * The receipts of an event as a ladder: committed, and for each device of each who was told, sent and acknowledged.
 * @param {HistoryEvent} event
 * @param {Past['receipts']} told
 */
export function ladder({ at, senderId }, told) {
  return el('ul', { class: 'ladder' }, rung(true, 'committed', [clock(at)]),
    told.flatMap(({ userId, seq, devices }) => {
      const who = `${userId}${userId === senderId ? ' (the sender)' : ''}`;
      const where = seq ? ` · inbox ${seq}` : '';
      if (devices.length === 0) {
        return rung(false, who + where, ['no device yet']);
      }
      return devices.map(({ device = '', sentAt, ackedAt }) => rung(Boolean(ackedAt), `${who}, ${device}${where}`, [
        sentAt ? `sent ${later(at, sentAt)}` : 'not yet sent', ackedAt ? `acknowledged ${later(at, ackedAt)}` : 'not yet acknowledged',
      ]));
    }));
}

/**
 * @param {boolean} done
 * @param {string} what
 * @param {string[]} times
 */
function rung(done, what, times) {
  return el('li', { class: done ? 'done' : 'open' }, el('span', { class: 'tick', 'aria-hidden': 'true' }, done ? '✓' : '○'), el('span', { class: 'what' }, what),
    el('span', { class: 'times mono' }, times.map((time, i) => el('span', {}, i < times.length - 1 ? `${time}, ` : time))));
}

/**
 * @param {string} from
 * @param {string} to
 */
function later(from, to) {
  return `+ ${span(Math.max(0, Date.parse(to) - Date.parse(from)))}`;
}

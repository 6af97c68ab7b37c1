import { Status, nameOf } from '../../sdk/callout.js';
import { maxChangesDeclined, maxPaymentsRejected, table } from '../../sdk/table.js';
import { el } from '../shared/dom.js';
import { dataTable } from './table.js';
import { prose } from './words.js';

/**
 * What a status is, beside what the SDK knows of it.
 * @typedef {object} Fact
 * @property {string} happens
 * @property {string} [alone] when the server causes it by itself
 * @property {string} [extra] what it takes; absent: nothing
 */

/** @type {Map<number, Fact>} */
const facts = new Map([
  [Status.PLACED, {
    happens: 'A new order is placed, and is on offer to its `receivers`: 1 to 100 servicemen.',
    extra: '`services`, and a `currency` once they have prices; if you like `place`, `note` and `offerSeconds` (1 to 604800)',
  }],
  [Status.BROADCASTED, { happens: 'The order is on offer to several servicemen.', alone: 'right after 1001 with more than one of the `receivers`' }],
  [Status.EXPIRED, { happens: 'Nobody has accepted in time. An end.', alone: "when the offer's time is up, or all have declined" }],
  [Status.ACCEPTED, { happens: 'A serviceman takes the order; the offer to all others is closed. The first one has it.' }],
  [Status.STARTED, { happens: 'Work has begun.' }],
  [Status.ORDER_CHANGED, {
    happens: `The serviceman asks to change the services; the client has to agree. No more once ${maxChangesDeclined} have been declined.`,
    extra: 'the `services` as they would be (left out: unchanged); if you like a `reason`',
  }],
  [Status.EXTENDED, {
    happens: "The client agrees to the change: its services and total are now the order's.",
    extra: "`changeId`, the `id` of the order's `change`; not needed with a `version`",
  }],
  [Status.CANCELLED, { happens: 'The order is off. An end.', extra: 'a `reason`, which the client alone may leave out' }],
  [Status.ORDER_COMPLETE, { happens: 'All is done. An end.', alone: "when a verified payment's time is up" }],
  [Status.PAYMENT, {
    happens: 'The client says that he pays.',
    extra: '`method`: `cash`, `upi` or `card`; if you like `reference`, and `amount`, which then has to be what is due',
  }],
  [Status.PAYMENT_VERIFICATION, {
    happens: 'The payment has arrived.',
    extra: 'from an operator a `reason`; if you like `amount`, which then has to be what was paid',
  }],
  [Status.CHANGE_DECLINED, {
    happens: 'The change is off, and work goes on as it was. An event only: the order is at 1005 or 1007 again.',
    alone: "when the change's time is up",
    extra: 'if you like `changeId`',
  }],
  [Status.PAYMENT_REJECTED, {
    happens: `The payment has not arrived; it is to be paid again. An event only: the order is at 1005 or 1007 again. At most ${maxPaymentsRejected} times.`,
    extra: 'if you like a `reason`',
  }],
  [Status.OFFER_DECLINED, { happens: 'A serviceman does not want the order. An event only: the order stays on offer to the others.' }],
]);

/** @type {Record<string, string>} */
const standings = { client: 'the client', serviceman: "the order's serviceman", offered: 'a serviceman on offer', operator: 'an operator' };

/** The statuses that a command may ask for. */
export const askable = [...facts.keys()].filter((code) => whoMay(code).length > 0);

/**
 * Says who may cause a status, and when.
 * @param {number} code
 * @returns {string[]}
 */
export function whoMay(code) {
  if (code === Status.PLACED) {
    return ['a client, of a new order'];
  }
  return table.filter(({ event }) => event === code).flatMap(({ by }) => by).map(({ as, from }) => `${standings[as] ?? as}, at ${listed(from)}`);
}

/** All statuses as a table. */
export function statusTable() {
  const heads = ['Code', 'Name', 'What happens', 'By whom, and at which statuses', 'In extra'];
  return dataTable('The statuses', 'statuses', heads, [...facts].map(row));
}

/** @param {[number, Fact]} fact */
function row([code, { happens, alone, extra }]) {
  const who = [...whoMay(code), alone && `the server by itself, ${alone}`].filter((line) => typeof line === 'string');
  const lines = who.map((line) => el('span', { class: 'line' }, prose(line)));
  return [el('code', {}, code), el('code', {}, nameOf(code)), prose(happens), lines, prose(extra ?? 'nothing')];
}

/** @param {number[]} codes */
function listed(codes) {
  return codes.join(', ').replace(/, (\d+)$/, ' or $1');
}

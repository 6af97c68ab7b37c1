/** @import { Lane, Arrow } from './wire.js' */

import { nameOf } from '../../sdk/callout.js';

/** What took longer from commit to receipt was late: its receiver was away, or slow. */
export const lateAfter = 1000;

/**
 * An event of an order's history, as the HTTP API tells it.
 * @typedef {object} HistoryEvent
 * @property {number} version
 * @property {number} statusCode
 * @property {string} name
 * @property {string} message
 * @property {string} senderId
 * @property {string} senderRole
 * @property {string} at
 * @property {import('../../sdk/callout.js').Order} order
 * @property {Record<string, any>} extra
 */

/**
 * What became of an event for one who was told of it, as the HTTP API tells it.
 * @typedef {object} HistoryReceipt
 * @property {number} version
 * @property {number} statusCode
 * @property {string} at
 * @property {string} userId
 * @property {{device?: string, sentAt?: string, ackedAt?: string}[]} devices
 */

/**
 * Makes the arrows of an order that is over, or was under way before this page was there, from what the server has kept of it.
 * @param {HistoryEvent[]} events
 * @param {HistoryReceipt[]} receipts
 * @returns {Arrow[]}
 */
export function arrowsOf(events, receipts) {
  return events.flatMap((event) => {
    const told = receipts.filter(({ version, userId }) => version === event.version && userId !== event.senderId);
    return [...asked(event), committed(event.version, event.statusCode), ...told.map((receipt) => delivery(event, receipt))];
  });
}

/**
 * @param {HistoryEvent} event
 * @returns {Arrow[]}
 */
function asked({ version, statusCode, senderId, senderRole }) {
  if (senderRole !== 'client' && senderRole !== 'serviceman') {
    const label = senderRole === 'system' ? `${nameOf(statusCode)} by itself` : `${nameOf(statusCode)} by ${senderRole} ${senderId}`;
    return [{ key: `${version}/asked`, mark: label }];
  }
  return [{ key: `${version}/asked`, from: senderRole, to: 'server', label: `${statusCode} ${nameOf(statusCode)}`, who: senderId }];
}

/**
 * The arrow of a commit.
 * @param {number} version
 * @param {number} statusCode
 * @param {number} [ms] since the command was sent
 * @returns {Arrow}
 */
export function committed(version, statusCode, ms) {
  return { key: `${version}/committed`, from: 'server', to: 'database', label: String(statusCode), ms };
}

/**
 * @param {HistoryEvent} event
 * @param {HistoryReceipt} receipt
 * @returns {Arrow}
 */
function delivery(event, receipt) {
  const times = receipt.devices.flatMap(({ sentAt, ackedAt }) => ackedAt ?? sentAt ?? []).map((at) => Date.parse(at));
  /** @type {Lane} */
  const to = receipt.userId === event.order.clientId ? 'client' : 'serviceman';
  const ms = times.length > 0 ? Math.max(0, Math.min(...times) - Date.parse(event.at)) : undefined;
  return {
    key: `${event.version}/told/${receipt.userId}`, from: 'server', to, label: String(event.statusCode), who: receipt.userId, ms,
    late: ms !== undefined && ms > lateAfter, waiting: ms === undefined, ...(receipt.devices.length === 0 ? { note: 'no device yet' } : {}),
  };
}

/** @import { Person } from './visit.js' */
/** @import { Trace } from './trace.js' */

import { Api } from '../shared/api.js';
import { arrowsOf } from '../shared/arrows.js';
import { ends } from '../../sdk/callout.js';

const patience = 3000; // ms

/**
 * Reads what happened to the last order of a visit before this page was there. Each party may read what became of what they sent.
 * @param {{client: Person, serviceman: Person}} people
 * @param {Trace} trace
 */
export async function readPast({ client, serviceman }, trace) {
  const asClient = new Api({ userId: client.userId, role: client.role });
  const signal = AbortSignal.timeout(patience);
  const { orders: [last] } = await asClient.get('orders', { limit: 1 }, signal);
  if (!last) {
    return;
  }
  const path = `orders/${encodeURIComponent(last.id)}`;
  const asServiceman = new Api({ userId: serviceman.userId, role: serviceman.role });
  const [history, byClient, byServiceman] = await Promise.all([
    asClient.get(`${path}/events`, {}, signal), asClient.get(`${path}/receipts`, {}, signal),
    asServiceman.get(`${path}/receipts`, {}, signal).catch(() => ({ receipts: [] })), // he may have no part in it
  ]);
  trace.restore(last.id, arrowsOf(history.events, [...byClient.receipts, ...byServiceman.receipts]), ends(last.statusCode));
}

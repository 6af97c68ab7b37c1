/** @import { Order, Role } from './types.js' */

import { Status } from './statuses.js';
import { maxChangesDeclined, maxPaymentsRejected, table } from './table.js';

/**
 * Lists the statuses that somebody could cause on an order now, by the order as they see it: the buttons that an app has to show. What a
 * command has to carry beside, the rules say (docs/states.md); and the server, which has heard of later events, may still refuse.
 * @param {Order} order
 * @param {{userId: string, role: Role}} who
 * @param {number} [now] the server's time, in milliseconds
 * @returns {number[]}
 */
export function moves(order, who, now = Date.now()) {
  const standing = standingIn(order, who);
  return table
    .filter(({ by }) => by.some((grant) => grant.as === standing && grant.from.includes(order.statusCode)))
    .map(({ event }) => event)
    .filter((event) => isOpen(order, event, now));
}

/**
 * What somebody is to an order, in the words of the table.
 * @param {Order} order
 * @param {{userId: string, role: Role}} who
 */
function standingIn(order, { userId, role }) {
  if (role === 'operator') {
    return 'operator';
  }
  if (role === 'client') {
    return userId === order.clientId ? 'client' : '';
  }
  if (!order.clientId || userId === order.clientId) {
    return '';
  }
  if (userId === order.servicemanId) {
    return 'serviceman';
  }
  // The view of an offer does not name those whom it is made to.
  const offered = order.receivers ? order.receivers.includes(userId) : !order.servicemanId;
  return offered ? 'offered' : '';
}

/**
 * Whether the order allows an event, whoever causes it.
 * @param {Order} order
 * @param {number} event
 * @param {number} now
 */
function isOpen(order, event, now) {
  switch (event) {
    case Status.ACCEPTED:
      return !order.dueAt || now < Date.parse(order.dueAt);
    case Status.ORDER_CHANGED:
      return (order.changesDeclined ?? 0) < maxChangesDeclined;
    case Status.PAYMENT_REJECTED:
      return (order.paymentsRejected ?? 0) < maxPaymentsRejected;
    default:
      return true;
  }
}

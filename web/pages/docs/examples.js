/** @import { Order } from '../../sdk/callout.js' */

import { Status } from '../../sdk/callout.js';

const repair = { service: 'Tap repair', quantity: 1, unitPrice: 49900 };
const washer = { service: 'New washer', quantity: 2, unitPrice: 4900 };

/** Who places the orders of the examples in development mode, and to whom they are offered. */
export const client = { user: 'c-7', role: 'client' };
export const receivers = 's-9';

/**
 * What an example of a command carries in its extra: what its status needs.
 * @param {number} statusCode
 * @param {Order} [order] that it is about, if it is known
 */
export function extraFor(statusCode, order) {
  switch (statusCode) {
    case Status.PLACED:
      return { services: [repair], currency: 'INR' };
    case Status.ORDER_CHANGED:
      return { services: [...(order?.services ?? [repair]), washer], reason: 'The washer is worn' };
    case Status.EXTENDED:
      return { changeId: order?.change?.id ?? 4 };
    case Status.PAYMENT:
      return { method: 'cash' };
    case Status.PAYMENT_VERIFICATION:
      return { reason: 'It is on the account' };
    case Status.CANCELLED:
      return { reason: 'Nobody was at home' };
    default:
      return {};
  }
}

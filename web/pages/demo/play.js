/** @import { Command, Order } from '../../sdk/callout.js' */
/** @import { Basket } from './shop.js' */
/** @import { Phone } from './phone.js' */

import { Status, nameOf } from '../../sdk/callout.js';
import { catalogue, withOneMore } from './catalogue.js';
import { isOver } from './phone.js';

const between = 1100; // ms for people to follow

/**
 * The next step of a whole order, and whose it is; null when it is over.
 * @param {Order} order
 * @returns {{by: 'client' | 'serviceman', command: Command} | null}
 */
function nextStep({ id: orderId, statusCode, change, services = [], total = 0 }) {
  switch (statusCode) {
    case Status.PLACED:
    case Status.BROADCASTED:
      return { by: 'serviceman', command: { orderId, statusCode: Status.ACCEPTED } };
    case Status.ACCEPTED:
      return { by: 'client', command: { orderId, statusCode: Status.STARTED } };
    case Status.STARTED:
      return { by: 'serviceman', command: { orderId, statusCode: Status.ORDER_CHANGED, extra: { services: withOneMore(services, catalogue[0]?.service ?? '') } } };
    case Status.ORDER_CHANGED:
      return { by: 'client', command: { orderId, statusCode: Status.EXTENDED, extra: { changeId: change?.id ?? 0 } } };
    case Status.EXTENDED:
      return { by: 'client', command: { orderId, statusCode: Status.PAYMENT, extra: { method: 'upi', amount: total } } };
    case Status.PAYMENT:
      return { by: 'serviceman', command: { orderId, statusCode: Status.PAYMENT_VERIFICATION } };
    case Status.PAYMENT_VERIFICATION:
      return { by: 'client', command: { orderId, statusCode: Status.ORDER_COMPLETE } };
    default:
      return null;
  }
}

/**
 * Plays the order that is under way to its end, or a new one. It stops when the signal is given or when a step is refused, such as when somebody
 * has tapped meanwhile.
 * @param {{client: Phone, serviceman: Phone}} phones
 * @param {Basket} basket
 * @param {AbortSignal} signal
 */
export async function play(phones, basket, signal) {
  let { order } = phones.client;
  if (!order || isOver(order)) {
    phones.client.putAway();
    basket.empty();
    basket.add(catalogue[0]?.service ?? '', 1);
    await pause(signal);
    if (signal.aborted || !(await phones.client.act(basket.order(phones.serviceman.person.userId), nameOf(Status.PLACED)))) {
      return;
    }
  }
  for (;;) {
    await pause(signal);
    order = phones.client.order;
    const step = order && nextStep(order);
    if (signal.aborted || !order || !step) {
      return;
    }
    const phone = phones[step.by];
    phone.choose(order.id);
    if (phone.order?.id !== order.id || phone.order.version !== order.version) {
      continue; // it has not heard of it yet
    }
    if (!(await phone.act(step.command, nameOf(step.command.statusCode)))) {
      return;
    }
  }
}

/** @param {AbortSignal} signal */
function pause(signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(end, between);
    signal.addEventListener('abort', end);

    function end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve(undefined);
    }
  });
}

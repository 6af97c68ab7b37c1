/** @import { Order } from '../../sdk/callout.js' */
/** @import { Person } from './visit.js' */

import { Status } from '../../sdk/callout.js';
import { money } from '../shared/money.js';

/**
 * What a phone says of an order: one thing, in a person's words, and perhaps a word more.
 * @typedef {{big: string, below?: string, step: number}} Saying
 */

export const steps = 6;

/**
 * @param {Order | null} order
 * @param {Person} person
 * @param {Person} other
 * @returns {Saying}
 */
export function saying(order, person, other) {
  if (!order) {
    return person.role === 'client'
      ? { big: 'What can we do for you?', below: `${other.name} is near.`, step: 0 }
      : { big: 'You are on duty', below: 'New orders come here by themselves.', step: 0 };
  }
  return person.role === 'client' ? toClient(order, other.name) : toServiceman(order, other.name);
}

/**
 * @param {Order} order
 * @param {string} serviceman
 * @returns {Saying}
 */
function toClient(order, serviceman) {
  const total = money(order.total ?? 0, order.currency);
  switch (order.statusCode) {
    case Status.PLACED:
    case Status.BROADCASTED:
      return { big: 'Looking for somebody near you', below: `${serviceman} has been asked.`, step: 1 };
    case Status.EXPIRED:
      return { big: 'Nobody could come', below: 'The offer has ended. Try it again.', step: 1 };
    case Status.ACCEPTED:
      return { big: `${serviceman} is on the way`, below: 'Say so when work begins.', step: 2 };
    case Status.STARTED:
      return { big: `${serviceman} is at work`, below: payWhen(order), step: 3 };
    case Status.ORDER_CHANGED:
      return { big: `${serviceman} asks to do more`, below: `It would be ${money(order.change?.total ?? 0, order.currency)} instead of ${total}.`, step: 3 };
    case Status.EXTENDED:
      return { big: `${serviceman} goes on, as agreed`, below: payWhen(order), step: 3 };
    case Status.PAYMENT:
      return { big: `${serviceman} looks for your ${total}`, below: `Paid ${by(order)}.`, step: 4 };
    case Status.PAYMENT_VERIFICATION:
      return { big: `${serviceman} has your ${total}`, below: 'Is everything as it should be?', step: 5 };
    case Status.ORDER_COMPLETE:
      return { big: 'Done and paid', below: `${total}, ${by(order)}. Thank you.`, step: 6 };
    default:
      return { big: 'Called off', step: 0 };
  }
}

/**
 * @param {Order} order
 * @param {string} client
 * @returns {Saying}
 */
function toServiceman(order, client) {
  const total = money(order.total ?? 0, order.currency);
  if (!order.clientId) {
    return { big: 'This offer is closed', step: 0 };
  }
  switch (order.statusCode) {
    case Status.PLACED:
    case Status.BROADCASTED:
      return { big: `A new order: ${total}`, below: order.place?.area ?? '', step: 1 };
    case Status.EXPIRED:
      return { big: 'The offer has ended', step: 1 };
    case Status.ACCEPTED:
      return { big: `${client} expects you`, below: 'Work begins when you are there.', step: 2 };
    case Status.STARTED:
      return { big: `At work for ${client}`, below: order.paymentsRejected ? unpaid : 'Is there more to do? Ask before you do it.', step: 3 };
    case Status.ORDER_CHANGED:
      return { big: `Waiting for ${client} to agree`, below: `To ${money(order.change?.total ?? 0, order.currency)} instead of ${total}.`, step: 3 };
    case Status.EXTENDED:
      return { big: `At work for ${client}, for ${total}`, below: order.paymentsRejected ? unpaid : 'As agreed. Work goes on.', step: 3 };
    case Status.PAYMENT:
      return { big: `${client} has paid ${total}`, below: `${capital(by(order))}. Have you got it?`, step: 4 };
    case Status.PAYMENT_VERIFICATION:
      return { big: `You have the ${total}`, below: `${client} has the last word.`, step: 5 };
    case Status.ORDER_COMPLETE:
      return { big: `Done: ${total}`, below: 'On to the next one.', step: 6 };
    default:
      return { big: 'Called off', step: 0 };
  }
}

const unpaid = 'The payment has come to nothing.';

/** @param {Order} order */
function payWhen({ paymentsRejected }) {
  return paymentsRejected ? `${unpaid} Pay again when it is done.` : 'Pay when it is done.';
}

/** @param {Order} order */
function by(order) {
  switch (order.payment?.method) {
    case 'cash':
      return 'in cash';
    case 'upi':
      return 'by UPI';
    case 'card':
      return 'by card';
    default:
      return 'somehow';
  }
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * An event in a line of the inbox. "You" is whoever has the inbox.
 * @param {number} statusCode
 * @param {{who: string, role?: string}} by who has caused it; "you": the reader; "system": nobody; empty: the reader may not know
 * @param {string} [reason]
 */
export function line(statusCode, { who, role }, reason) {
  if (who === 'system') {
    return bySystem(statusCode);
  }
  if (who === '') {
    return statusCode === Status.ACCEPTED ? 'Somebody else has accepted' : 'The offer has been called off';
  }
  const you = who === 'you';
  const did = (/** @type {string} */ verb) => `${you ? 'You have' : `${who} has`} ${verb}`;
  switch (statusCode) {
    case Status.PLACED:
      return you ? 'You have placed the order' : `A new order from ${who}`;
    case Status.ACCEPTED:
      return did('accepted');
    case Status.STARTED:
      return did('said that work has begun');
    case Status.ORDER_CHANGED:
      return did('asked to do more');
    case Status.EXTENDED:
      return did('agreed to it');
    case Status.CANCELLED:
      return did(`called it off${reason ? `: ${reason}` : ''}`);
    case Status.ORDER_COMPLETE:
      return did('said that all is done');
    case Status.PAYMENT:
      return did('paid');
    case Status.PAYMENT_VERIFICATION:
      return did('got the money');
    case Status.CHANGE_DECLINED:
      return did('let it be as it was');
    case Status.PAYMENT_REJECTED:
      return did(role === 'client' ? 'taken the payment back' : 'not got the money');
    case Status.OFFER_DECLINED:
      return did('declined the offer');
    default:
      return `Event ${statusCode}`;
  }
}

/** @param {number} statusCode */
function bySystem(statusCode) {
  switch (statusCode) {
    case Status.BROADCASTED:
      return 'On offer to several';
    case Status.EXPIRED:
      return 'The offer has ended';
    case Status.CHANGE_DECLINED:
      return 'Too late to agree: it stays as it was';
    case Status.ORDER_COMPLETE:
      return 'Complete, as nobody objected';
    default:
      return `Event ${statusCode}`;
  }
}

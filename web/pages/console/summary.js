/** @import { Order, Service } from '../../sdk/callout.js' */

import { Status } from '../../sdk/callout.js';
import { el } from '../shared/dom.js';
import { money } from '../shared/money.js';
import { exact, since, until } from './moments.js';
import { person } from './names.js';
import { placeWords } from './place.js';

/** Methods of payment in words. */
const methods = { cash: 'in cash', card: 'by card', upi: 'by UPI', unstated: 'by a method that was not stated' };

/**
 * Who an order is between, where it is to be done, and what it waits for, as the pairs of a list.
 * @param {Order} order
 */
export function facts({ id, statusCode, clientId = '', servicemanId, receivers = [], place, note, placedAt = '', dueAt }) {
  const where = placeWords(place);
  return [
    ...pair('Client', person(clientId, id)),
    ...pair('Serviceman', servicemanId ? person(servicemanId, id) : el('span', { class: 'quiet' }, 'nobody')),
    ...(receivers.length > 0 ? pair('On offer to', ...receivers.map((userId) => person(userId, id))) : []),
    ...pair('Placed', exact(placedAt), el('span', { class: 'quiet' }, since(placedAt), ' ago')),
    ...(dueAt ? pair(dueOf(statusCode), exact(dueAt), el('span', { class: 'quiet' }, until(dueAt))) : []),
    ...(where ? pair('Place', where) : []),
    ...(note ? pair('Note', note) : []),
  ];
}

/**
 * What is agreed, what the serviceman asks for, and what was paid.
 * @param {Order} order
 */
export function moneyOf({ services = [], total = 0, currency, change, payment, changesApproved, changesDeclined, paymentsRejected }) {
  const counts = [
    [changesApproved, 'change approved', 'changes approved'],
    [changesDeclined, 'change declined', 'changes declined'],
    [paymentsRejected, 'payment rejected', 'payments rejected'],
  ].flatMap(([n, one, many]) => (n ? `${n} ${n === 1 ? one : many}` : []));
  return [
    services.length > 0 ? priced(services, total, currency) : el('p', { class: 'quiet' }, 'No prices: they are kept elsewhere.'),
    change && el('div', { class: 'change' },
      el('p', {}, el('b', {}, 'Open change: '), el('s', {}, el('span', { class: 'said' }, 'from '), money(total, currency)), ' → ',
        el('b', {}, el('span', { class: 'said' }, 'to '), money(change.total, currency))),
      change.reason && el('p', {}, `“${change.reason}”`),
      priced(change.services, change.total, currency), el('p', {}, 'Without an answer it is declined ', until(change.dueAt), '.')),
    payment && el('p', {}, el('b', {}, 'Payment: '), `${money(payment.amount, currency)} ${methods[payment.method] ?? payment.method}`,
      payment.reference && `, reference ${payment.reference}`),
    counts.length > 0 && el('p', { class: 'quiet' }, counts.join(', ')),
  ];
}

/**
 * @param {Service[]} services
 * @param {number} total
 * @param {string | undefined} currency
 */
function priced(services, total, currency) {
  return el('ul', { class: 'lines' },
    services.map(({ service, quantity, unitPrice }) => el('li', {},
      el('span', {}, service, quantity !== 1 && el('span', { class: 'quiet' }, ` ${quantity} × ${money(unitPrice, currency)}`)),
      el('span', {}, money(quantity * unitPrice, currency)))),
    el('li', { class: 'total' }, el('span', {}, 'Total'), el('span', {}, money(total, currency))));
}

/** @param {number} statusCode */
function dueOf(statusCode) {
  switch (statusCode) {
    case Status.ORDER_CHANGED:
      return 'Change ends';
    case Status.PAYMENT_VERIFICATION:
      return 'Completes';
    default:
      return 'Offer ends';
  }
}

/**
 * @param {string} name
 * @param {...(Node | string)} value
 */
function pair(name, ...value) {
  return [el('dt', {}, name), el('dd', {}, value)];
}

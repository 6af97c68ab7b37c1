/** @import { Order, Service } from '../../sdk/callout.js' */

import { el } from '../shared/dom.js';
import { money } from '../shared/money.js';
import { totalOf } from './catalogue.js';

/**
 * The services of an order with what they cost; while a change is open, what it adds and takes away, and the old total beside the new one.
 * @param {Order} order
 */
export function card({ services = [], change, currency, total = 0, place }) {
  const title = change ? 'As it would be' : place?.address ?? place?.area ?? 'Services';
  return el('section', { class: 'card' },
    el('h3', {}, title),
    el('ul', { class: 'lines' },
      change ? changed(services, change.services, currency) : services.map((service) => line(service, currency)),
      el('li', { class: 'total' }, el('span', {}, 'Total'), change
        ? el('span', {}, el('s', { 'aria-label': `instead of ${money(total, currency)}` }, money(total, currency)), money(change.total, currency))
        : el('span', {}, money(total, currency)))));
}

/**
 * @param {Service[]} before
 * @param {Service[]} after
 * @param {string} [currency]
 */
function changed(before, after, currency) {
  const count = (/** @type {Service[]} */ list, /** @type {Service} */ of) => list
    .filter(({ service, unitPrice }) => service === of.service && unitPrice === of.unitPrice)
    .reduce((sum, { quantity }) => sum + quantity, 0);
  const lines = after.flatMap((service) => {
    const more = service.quantity - count(before, service);
    const kept = more > 0 ? service.quantity - more : service.quantity;
    return [
      ...(kept > 0 ? [line({ ...service, quantity: kept }, currency)] : []),
      ...(more > 0 ? [line({ ...service, quantity: more }, currency, 'new')] : []),
    ];
  });
  const gone = before.flatMap((service) => {
    const less = service.quantity - count(after, service);
    return less > 0 ? [line({ ...service, quantity: less }, currency, 'gone')] : [];
  });
  return [...lines, ...gone];
}

/**
 * @param {Service} service
 * @param {string} [currency]
 * @param {'' | 'new' | 'gone'} [kind]
 */
function line(service, currency, kind = '') {
  const price = money(totalOf([service]), currency);
  return el('li', { class: kind },
    el('span', {}, kind === 'gone' ? el('span', { class: 'said' }, 'without ') : null, service.quantity > 1 ? `${service.quantity} × ${service.service}` : service.service),
    el('span', {}, kind === 'new' ? `+ ${price}` : price));
}

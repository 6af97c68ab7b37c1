/** @import { Phone } from './phone.js' */

import { Status } from '../../sdk/callout.js';
import { el } from '../shared/dom.js';
import { money } from '../shared/money.js';
import { button } from './actions.js';
import { catalogue, currency, place, totalOf } from './catalogue.js';

const mostOfEach = 9;

/** What a client is about to order. */
export class Basket {
  /** @type {Map<string, number>} */
  #counts = new Map();
  #changed;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * @param {string} service
   * @param {number} by
   */
  add(service, by) {
    this.#counts.set(service, Math.min(mostOfEach, Math.max(0, this.count(service) + by)));
    this.#changed();
  }

  /** @param {string} service */
  count(service) {
    return this.#counts.get(service) ?? 0;
  }

  empty() {
    this.#counts.clear();
    this.#changed();
  }

  get services() {
    return catalogue.map((item) => ({ ...item, quantity: this.count(item.service) })).filter(({ quantity }) => quantity > 0);
  }

  /**
   * The command that orders what is in it.
   * @param {string} receiver
   */
  order(receiver) {
    return {
      orderId: randomId(), statusCode: Status.PLACED, receivers: [receiver], extra: { services: this.services, currency, place },
    };
  }
}

/** An id whose first letters tell it from others, by which people look for it. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The catalogue.
 * @param {Basket} basket
 */
export function shop(basket) {
  return el('section', { class: 'card' },
    el('h3', {}, 'Services'),
    el('ul', { class: 'catalogue' }, catalogue.map(({ service, unitPrice }) => el('li', {},
      el('span', {}, service, el('span', { class: 'price' }, money(unitPrice, currency))),
      el('span', { class: 'count', role: 'group', 'aria-label': service },
        step(basket, service, -1, '−', `One less ${service}`),
        el('output', { 'aria-label': `How many of ${service}` }, basket.count(service)),
        step(basket, service, 1, '+', `One more ${service}`))))));
}

/**
 * @param {Phone} phone
 * @param {Basket} basket
 */
export function orderButton(phone, basket) {
  const { services } = basket;
  const ordering = button(phone, '1001', services.length > 0 ? `Order for ${money(totalOf(services), currency)}` : 'Choose something', () => basket.order(phone.other.userId), 'primary');
  ordering.disabled ||= services.length === 0;
  return ordering;
}

/**
 * @param {Basket} basket
 * @param {string} service
 * @param {1 | -1} by
 * @param {string} text
 * @param {string} label
 */
function step(basket, service, by, text, label) {
  const count = basket.count(service);
  return el('button', {
    'type': 'button', 'aria-label': label, 'data-key': `${service} ${by}`, 'aria-disabled': (by < 0 ? count === 0 : count === mostOfEach) && 'true',
    'onclick': () => basket.add(service, by),
  }, text);
}

import { el } from '../shared/dom.js';
import { hashOf } from './route.js';

/**
 * An id that is short enough for a table. Ids that grow with time differ at their end.
 * @param {string} id
 */
export function short(id) {
  return id.length <= 16 ? id : `${id.slice(0, 8)}…${id.slice(-6)}`;
}

/**
 * A link to the orders of a person.
 * @param {string} userId
 * @param {string} [order] the id of the one that stays before the operator
 */
export function person(userId, order) {
  const href = hashOf('orders', { status: 'all', user: userId, order });
  return el('a', { class: 'person', href, title: `Orders of ${userId}`, 'data-key': `person-${userId}` }, userId);
}

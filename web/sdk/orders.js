/** @import { Order } from './types.js' */

import { ends } from './statuses.js';

/**
 * The user's orders as the server has last shown them. What the server shows at a welcome or with a refusal may be ahead of the
 * events that are still to come, so of each order the higher version is kept.
 */
export class Orders {
  /** @type {Map<string, {order: Order, told: number}>} told is the highest version that the program has been handed; 0: none */
  #known = new Map();

  clear() {
    this.#known.clear();
  }

  /**
   * Takes what the server shows at a welcome.
   * @param {Order[]} list
   */
  welcome(list) {
    for (const order of list) {
      this.#learn(order);
    }
  }

  /**
   * Takes the order of an event. What the user has no more part in is forgotten: nothing follows it.
   * @param {Order} order
   */
  event(order) {
    if (gone(order)) {
      this.#known.delete(order.id);
    } else {
      this.#learn(order);
    }
  }

  /**
   * Takes the order that came with a refusal. An end is only noted, since earlier events of that order may still come; with its
   * own event it is forgotten.
   * @param {Order} order
   */
  refusal(order) {
    if (this.#known.has(order.id) || !gone(order)) {
      this.#learn(order);
    }
  }

  /**
   * Notes that the program has been handed an order at a version.
   * @param {string} orderId
   * @param {number} version
   */
  tell(orderId, version) {
    const known = this.#known.get(orderId);
    if (known) {
      known.told = Math.max(known.told, version);
    }
  }

  /**
   * What a command of the program is based on: the last version that the program was handed, although a later one may have come
   * in. A program that was never handed the order has no opinion; then the last known one will do. 0: the order is not known.
   * @param {string} orderId
   */
  version(orderId) {
    const known = this.#known.get(orderId);
    return known ? known.told || known.order.version : 0;
  }

  /**
   * Lists the orders that are not over, the oldest first, and notes that the program has been handed them.
   * @returns {Order[]}
   */
  open() {
    const list = [];
    for (const known of this.#known.values()) {
      if (!gone(known.order)) {
        known.told = known.order.version;
        list.push(known.order);
      }
    }
    return list.sort((a, b) => Date.parse(a.placedAt ?? '') - Date.parse(b.placedAt ?? '') || (a.id < b.id ? -1 : 1));
  }

  /** @param {Order} order */
  #learn(order) {
    const known = this.#known.get(order.id);
    if (!known) {
      this.#known.set(order.id, { order, told: 0 });
    } else if (order.version > known.order.version) {
      known.order = order;
    }
  }
}

/**
 * Reports whether the user has no more part in an order: it has ended, or it is shown as one whose offer is closed.
 * @param {Order} order
 */
function gone(order) {
  return ends(order.statusCode) || !order.clientId;
}

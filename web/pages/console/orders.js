/** @import { Tools } from './desk.js' */
/** @import { Order } from '../../sdk/callout.js' */

import { el, show } from '../shared/dom.js';
import { Filters, parametersOf, wantedOf } from './filters.js';
import { OrderPanel } from './order.js';
import { Pager } from './pager.js';
import { Reader } from './reader.js';
import { go, hashOf } from './route.js';
import { Rows } from './rows.js';

const pageSize = 25;
const mostLooks = 4; // pages that are read to find one that is not empty

/** @typedef {{orders: Order[], next?: string}} OrderPage as the HTTP API tells it */

/** The orders, live, and the one that is chosen beside them. */
export class OrdersView {
  #tools;
  #reader;
  #panel;
  #wanted = wantedOf({});
  #chosen = '';
  /** Whether what is shown is what is wanted. */
  #shown = false;
  #filters = new Filters((wanted) => go(this.#address({ ...wanted })));
  #rows = new Rows((order) => this.#address({ ...this.#wanted, order }));
  #count = el('p', { class: 'count quiet', role: 'status' });
  #empty = el('p', { class: 'empty', hidden: true });
  #pager = new Pager('Newer', 'Older', () => this.#anew());
  #list = el('section', { class: 'list card', 'aria-labelledby': 'view' }, el('h2', { id: 'view', class: 'said' }, 'Orders'), this.#filters.node,
    this.#rows.node, this.#empty, el('div', { class: 'foot' }, this.#count, this.#pager.node));
  node = el('div', { class: 'orders' }, this.#list);

  /** @param {Tools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.#panel = new OrderPanel(tools, () => this.#address({ ...this.#wanted, order: '' }));
    this.node.append(this.#panel.node);
    this.#reader = new Reader({
      what: 'the orders',
      read: (signal) => this.#read(signal),
      took: (/** @type {OrderPage} */ page) => this.#took(page),
      wrong: ({ message }) => this.#none(`That cannot be asked: ${message}.`),
    }, tools.troubles);
    this.#reader.stale();
  }

  /** @param {Record<string, string>} query */
  open(query) {
    const wanted = wantedOf(query);
    this.#filters.show(wanted);
    if (JSON.stringify(wanted) !== JSON.stringify(this.#wanted)) {
      this.#wanted = wanted;
      this.#pager.reset();
      this.#anew();
    }
    this.#choose(query['order'] ?? '');
  }

  /** @param {Set<string> | null} orderIds */
  happened(orderIds) {
    this.#rows.touch(orderIds ?? new Set());
    this.#reader.stale();
    this.#panel.happened(orderIds);
  }

  figures() {}

  stop() {
    this.#reader.stop();
    this.#panel.stop();
  }

  /** Reads another list than the one that is shown. */
  #anew() {
    this.#shown = false;
    this.#list.setAttribute('aria-busy', 'true');
    this.#reader.restart();
  }

  /** @param {string} orderId */
  #choose(orderId) {
    const before = this.#chosen;
    this.#chosen = orderId;
    this.node.classList.toggle('chosen', orderId !== '');
    this.#panel.open(orderId);
    this.#rows.choose(orderId);
    if (before && !orderId) {
      this.#rows.focus(before);
    }
  }

  /** @param {Record<string, string>} query */
  #address({ order = this.#chosen, status, ...rest }) {
    return hashOf('orders', { status: status === 'open' || rest['id'] ? '' : status, ...rest, order });
  }

  /**
   * Reads a page. One that is empty although others follow is passed over, a few times.
   * @param {AbortSignal} signal
   */
  async #read(signal) {
    let after = this.#pager.after;
    for (let look = 1; ; look++) {
      /** @type {OrderPage} */
      const page = await this.#tools.api.get('orders', { ...parametersOf(this.#wanted), after, limit: pageSize }, signal);
      if (page.orders.length > 0 || !page.next || look === mostLooks) {
        return page;
      }
      after = page.next;
    }
  }

  /** @param {OrderPage} page */
  #took({ orders, next }) {
    this.#rows.show(orders, !this.#shown);
    this.#shown = true;
    this.#list.removeAttribute('aria-busy');
    this.#pager.show(next);
    const count = this.#counted(orders.length);
    show(this.#count, count, () => count);
    this.#empty.hidden = orders.length > 0;
    if (orders.length === 0) {
      show(this.#empty, [this.#wanted, next], () => this.#reasons(next));
    }
  }

  /** @param {string} why there are no orders to show */
  #none(why) {
    this.#took({ orders: [] });
    show(this.#empty, why, () => why);
  }

  /** @param {number} n */
  #counted(n) {
    if (n === pageSize && this.#wanted.id) {
      return `The first ${n} orders whose id begins like that; more of the id finds the others.`;
    }
    return n === 0 ? '' : n === 1 ? 'One order' : `${n} orders`;
  }

  /** @param {string | undefined} next */
  #reasons(next) {
    const { id, status, user, since, until } = this.#wanted;
    if (next) {
      return 'None among those looked at so far. Go on with “Older”.';
    }
    if (id) {
      return `There is no order whose id begins with ${id}.`;
    }
    if (this.#pager.after) {
      return 'There is nothing older.';
    }
    if (status !== 'open' || user || since || until) {
      return ['There are no such orders. ', el('a', { href: hashOf('orders', { status: 'all' }) }, 'See all')];
    }
    return this.#tools.dev ? ['No open orders. ', el('a', { href: 'demo' }, 'Play one on the phones')] : 'No open orders.';
  }
}

/** @import { Order } from '../../sdk/callout.js' */

import { arrange } from '../shared/arrange.js';
import { el, show } from '../shared/dom.js';
import { money } from '../shared/money.js';
import { pill } from '../shared/statuses.js';
import { since } from './moments.js';
import { short } from './names.js';

const markedFor = 4_000; // ms
const columns = ['Order', 'Status', 'Client', 'Serviceman', 'Total', 'Placed'];

/** The table of orders. What has just come or changed is marked for a while. */
export class Rows {
  #address;
  #body = el('tbody', { role: 'rowgroup', onclick: clicked });
  // Roles are spelled out since on a phone the rows are laid out as cards, and then are no table to browsers.
  node = el('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': 'Table of orders' },
    el('table', { role: 'table', 'aria-label': 'Orders, the last placed first' },
      el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' },
        columns.map((name) => el('th', { role: 'columnheader', scope: 'col', class: name.toLowerCase() }, name)))),
      this.#body));
  /** @type {Order[]} */
  #orders = [];
  #chosen = '';
  /** @type {Map<string, HTMLTableRowElement>} by the order's id */
  #nodes = new Map();
  /** @type {Map<string, {text: string, until: number}>} by the order's id */
  #marks = new Map();
  /** @type {Map<string, number>} orders that something has happened to, and until when that is of interest; the first is over first */
  #touched = new Map();

  /** @param {(orderId: string) => string} address where an order is shown */
  constructor(address) {
    this.#address = address;
  }

  /** @param {Set<string>} orderIds of orders that something has happened to: if they come into the table, they are new there */
  touch(orderIds) {
    const now = performance.now();
    for (const [id, until] of this.#touched) {
      if (until > now) {
        break;
      }
      this.#touched.delete(id);
    }
    for (const id of orderIds) {
      this.#touched.delete(id);
      this.#touched.set(id, now + markedFor);
    }
  }

  /**
   * @param {Order[]} orders
   * @param {boolean} anew whether it is another list than before, of which nothing is marked
   */
  show(orders, anew) {
    const before = new Map(this.#orders.map((order) => [order.id, order.version]));
    const until = performance.now() + markedFor;
    if (anew) {
      this.#marks.clear();
    }
    for (const { id, version } of anew ? [] : orders) {
      if (before.has(id) ? before.get(id) !== version : this.#touched.has(id)) {
        this.#marks.set(id, { text: before.has(id) ? 'changed' : 'new', until });
      }
    }
    if (this.#marks.size > 0) {
      setTimeout(() => this.#unmark(), markedFor + 50);
    }
    this.#orders = orders;
    this.#render();
  }

  /** @param {string} orderId of the order that is shown beside; empty: none is */
  choose(orderId) {
    this.#chosen = orderId;
    this.#render();
  }

  /** @param {string} orderId whose row is to have the focus */
  focus(orderId) {
    (this.#nodes.get(orderId)?.querySelector('a') ?? this.node).focus({ preventScroll: true });
    this.#nodes.get(orderId)?.scrollIntoView({ block: 'nearest' });
  }

  #unmark() {
    for (const [id, { until }] of this.#marks) {
      if (until <= performance.now()) {
        this.#marks.delete(id);
      }
    }
    this.#render();
  }

  #render() {
    this.node.hidden = this.#orders.length === 0;
    /** @type {Map<string, HTMLTableRowElement>} */
    const nodes = new Map();
    for (const order of this.#orders) {
      const row = this.#nodes.get(order.id) ?? el('tr', { role: 'row' });
      const [mark, chosen, href] = [this.#marks.get(order.id)?.text ?? '', order.id === this.#chosen, this.#address(order.id)];
      row.className = `${chosen ? 'on' : ''} ${mark && 'marked'}`;
      show(row, [order, mark, chosen, href], () => cells(order, mark, chosen, href));
      nodes.set(order.id, row);
    }
    this.#nodes = nodes;
    arrange(this.#body, [...nodes.values()], this.node);
  }
}

/**
 * @param {Order} order
 * @param {string} mark
 * @param {boolean} chosen
 * @param {string} href
 */
function cells({ id, statusCode, clientId, servicemanId, receivers = [], total = 0, currency, placedAt = '' }, mark, chosen, href) {
  const nobody = receivers.length > 0 ? `${receivers.length} on offer` : 'nobody';
  const priced = currency || total > 0;
  const sum = money(total, currency);
  return [
    el('th', { role: 'rowheader', scope: 'row', class: 'order' }, el('a', { class: 'mono', href, title: id, 'data-key': 'order', 'aria-current': chosen && 'true' },
      el('span', { 'aria-hidden': 'true' }, short(id)), el('span', { class: 'said' }, id))),
    el('td', { role: 'cell', class: 'status' }, pill(statusCode)),
    el('td', { role: 'cell', class: 'client' }, clientId),
    el('td', { role: 'cell', class: `serviceman ${servicemanId ? '' : 'quiet'}` }, servicemanId ?? nobody),
    el('td', { role: 'cell', class: 'total' }, priced ? el('span', { title: sum }, sum)
      : [el('span', { 'aria-hidden': 'true' }, '–'), el('span', { class: 'said' }, 'no prices')]),
    el('td', { role: 'cell', class: 'placed quiet' }, mark ? el('span', { class: 'fresh' }, mark) : since(placedAt)),
  ];
}

/**
 * A click anywhere on a row is one on its link, unless somebody selects text.
 * @param {MouseEvent} event
 */
function clicked({ target }) {
  if (target instanceof Element && !target.closest('a') && getSelection()?.isCollapsed !== false) {
    const link = target.closest('tr')?.querySelector('a');
    link?.focus({ preventScroll: true });
    link?.click();
  }
}

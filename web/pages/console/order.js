/** @import { HistoryEvent, HistoryReceipt } from '../shared/arrows.js' */
/** @import { Tools } from './desk.js' */

import { arrowsOf } from '../shared/arrows.js';
import { copy } from '../shared/copy.js';
import { el, find, show } from '../shared/dom.js';
import { pill } from '../shared/statuses.js';
import { WireElement } from '../shared/wire.js';
import { Actions } from './actions.js';
import { History } from './history.js';
import { Reader } from './reader.js';
import { facts, moneyOf } from './summary.js';

const writtenDown = 1_500; // ms after which the receipts of an event can be read
const looksAfter = 2; // times that receipts are looked for once the order has changed
const waitEvery = 10_000; // ms, while a device has not acknowledged

/** @typedef {{events: HistoryEvent[], receipts: (HistoryReceipt & {seq?: number})[]}} Past of an order */

/** An order: what it is, what can be done about it, and what has happened to it. */
export class OrderPanel {
  #tools;
  #back;
  #reader;
  #actions;
  #id = '';
  /** The version that was shown last, and how often its receipts are still to be looked for. */
  #version = 0;
  #looks = 0;
  #title = el('h2', { id: 'order', tabindex: '-1' });
  #close = el('a', { class: 'button small close' }, el('span', { class: 'wide' }, 'Close'), el('span', { class: 'narrow' }, '← Orders'));
  #head = el('div', { class: 'state' });
  #wrong = el('p', { class: 'empty', hidden: true });
  #facts = el('dl', { class: 'facts' });
  #money = el('div', { class: 'money' });
  #wire = new WireElement();
  #history;
  #body = el('div', { class: 'body', hidden: true });
  node = el('aside', { class: 'panel card', 'aria-labelledby': 'order', tabindex: '0', hidden: true });

  /**
   * @param {Tools} tools
   * @param {() => string} back where the orders are shown without this one
   */
  constructor(tools, back) {
    this.#tools = tools;
    this.#back = back;
    this.#actions = new Actions(tools, () => this.#id && this.#reader.restart(), this.#title);
    this.#history = new History(() => this.#id);
    this.node.append(el('div', { class: 'top' }, this.#title, this.#close), this.#head, this.#wrong, this.#body);
    this.#reader = new Reader({
      what: 'the order',
      read: (signal) => this.#read(signal),
      took: (/** @type {Past} */ past) => this.#took(past),
      wrong: ({ message }) => this.#missing(message),
      again: (past) => this.#again(past),
    }, tools.troubles);
  }

  /** @param {string} orderId of the order that is to be shown; empty: none is */
  open(orderId) {
    this.#close.setAttribute('href', this.#back());
    if (orderId === this.#id) {
      return;
    }
    this.#actions.stop();
    this.#id = orderId;
    this.#version = 0;
    this.node.hidden = orderId === '';
    this.#body.hidden = this.#wrong.hidden = true;
    this.#head.hidden = true;
    if (!orderId) {
      this.#reader.pause();
      return;
    }
    this.#wire = new WireElement();
    this.#history.clear();
    this.#body.replaceChildren(this.#actions.node, this.#facts, part('Money', this.#money), part('Sequence', this.#wire),
      part('History and receipts', this.#history.node));
    show(this.#title, orderId, () => [el('span', { class: 'said' }, 'Order '), el('span', { class: 'mono' }, orderId)]);
    this.node.scrollTop = 0;
    if (matchMedia('(max-width: 1239px)').matches) {
      scrollTo(0, 0);
      this.#title.focus({ preventScroll: true }); // it is all that is to be seen
    }
    this.#reader.restart();
  }

  /** @param {Set<string> | null} orderIds */
  happened(orderIds) {
    if (this.#id && (!orderIds || orderIds.has(this.#id))) {
      this.#reader.stale();
    }
  }

  stop() {
    this.#reader.stop();
    this.#actions.stop();
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Past>}
   */
  async #read(signal) {
    const path = `orders/${encodeURIComponent(this.#id)}`;
    const [{ events }, { receipts }] = await Promise.all([this.#tools.api.get(`${path}/events`, {}, signal), this.#tools.api.get(`${path}/receipts`, {}, signal)]);
    return { events, receipts };
  }

  /** @param {Past} past */
  #took({ events, receipts }) {
    const order = events.at(-1)?.order;
    if (!order) {
      this.#missing('nothing is known of it any more');
      return;
    }
    if (order.version !== this.#version) {
      this.#version = order.version;
      this.#looks = looksAfter;
    }
    this.#body.hidden = this.#head.hidden = false;
    this.#wrong.hidden = true;
    show(this.#head, [order.id, order.statusCode, order.version], () => [
      pill(order.statusCode), el('span', { class: 'quiet' }, `version ${order.version}`),
      el('button', { class: 'small', type: 'button', 'data-key': 'copy', onclick: () => void this.#copy() }, 'Copy the id'),
    ]);
    show(this.#facts, order, () => facts(order));
    show(this.#money, order, () => moneyOf(order));
    this.#actions.show(order);
    this.#wire.show(arrowsOf(events, receipts));
    this.#history.show(events, receipts);
  }

  async #copy() {
    const copied = await copy(find('.mono', HTMLElement, this.#title));
    this.#tools.say(copied ? 'The id is copied.' : 'The id is selected: copy it with your keyboard.');
  }

  /** @param {string} message */
  #missing(message) {
    this.#body.hidden = this.#head.hidden = true;
    this.#wrong.hidden = false;
    this.#wrong.textContent = `This order cannot be shown: ${message}.`;
  }

  /**
   * How soon there may be receipts that were not written down yet.
   * @param {Past} past
   */
  #again({ receipts }) {
    if (this.#looks > 0) {
      this.#looks--;
      return writtenDown;
    }
    return receipts.some(({ devices }) => devices.some(({ ackedAt }) => !ackedAt)) ? waitEvery : 0;
  }
}

/**
 * @param {string} title
 * @param {HTMLElement} content
 */
function part(title, content) {
  return el('section', { class: 'part' }, el('h3', {}, title), content);
}

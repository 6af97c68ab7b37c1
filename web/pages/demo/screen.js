/** @import { Order, Received } from '../../sdk/callout.js' */
/** @import { Phone, Told } from './phone.js' */

import { el, show } from '../shared/dom.js';
import { lateAfter } from '../shared/arrows.js';
import { span } from '../shared/time.js';
import { actionsFor } from './actions.js';
import { card } from './card.js';
import { isOver } from './phone.js';
import { Basket, orderButton, shop } from './shop.js';
import { line, saying, steps } from './words.js';

const settleFor = 400; // ms, in which a hand that taps twice does not tap what has come to be there

/** What is seen of a phone. */
export class Screen {
  basket = new Basket(() => this.draw());

  #phone;
  #chose;
  #root;
  #net;
  #headline = el('div', { class: 'headline' });
  #steps = el('div', { 'class': 'steps', 'aria-hidden': 'true' });
  #refused = el('div', { role: 'alert' });
  #others = el('div', {});
  #middle = el('div', {});
  #held = el('div', { role: 'status' });
  #inbox = el('div', { class: 'inbox' });
  #actions = el('div', { 'class': 'actions', 'role': 'group', 'aria-label': 'What you can do now' });
  #big = el('p', { 'class': 'big', 'aria-live': 'polite' });
  #below = el('p', { class: 'below' });
  #buttonsOf = ''; // which order, at which version
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;

  /**
   * @param {HTMLElement} root
   * @param {Phone} phone
   * @param {(orderId: string) => void} chose is told which order was chosen
   */
  constructor(root, phone, chose) {
    this.#phone = phone;
    this.#chose = chose;
    this.#root = root;
    const { name, role } = phone.person;
    this.#net = el('button', { 'type': 'button', 'class': 'net', 'onclick': () => this.#switch() });
    this.#headline.append(this.#big, this.#below, this.#steps);
    root.append(el('div', { class: 'screen' },
      el('div', { class: 'top' }, el('h2', {}, name), el('span', { class: 'quiet' }, role), this.#net),
      el('div', { class: 'body' }, this.#headline, this.#refused, this.#others, this.#middle, this.#held, this.#inbox, this.#actions)));
    this.draw();
  }

  /** Shows the phone as it is now. */
  draw() {
    const phone = this.#phone;
    const { order, network: { cut } } = phone;
    this.#root.classList.toggle('off', cut || !phone.connected);
    const net = cut ? 'no network' : phone.connected ? 'online' : phone.over ? 'ended' : 'connecting …';
    show(this.#net, net, () => net);
    this.#net.classList.toggle('cut', cut || !phone.connected);
    this.#net.setAttribute('aria-label', `${phone.person.name}'s network: ${net}. ${cut ? 'Bring it back' : 'Cut it'}`);

    const { big, below = '', step } = saying(order, phone.person, phone.other);
    show(this.#big, big, () => big);
    show(this.#below, below, () => below);
    show(this.#steps, step, () => Array.from({ length: steps }, (_, i) => el('i', { class: i < step ? 'on' : null })));
    const wrong = phone.over ? `The session has ended: ${phone.over}` : phone.refused;
    show(this.#refused, wrong, () => wrong && el('p', { class: 'alert' }, wrong));

    const { orders, waits } = phone;
    show(this.#others, [orders.map(({ id }) => id), order?.id], () => orders.length > 1 && this.#choice(orders));
    if (order) {
      show(this.#middle, order, () => order.services && card(order));
    } else if (phone.person.role === 'client') {
      show(this.#middle, this.basket.services, () => shop(this.basket));
    } else {
      show(this.#middle, null, () => null);
    }
    show(this.#held, [phone.held, cut, phone.connected], () => phone.held.map(({ label }) => el('p', { class: 'held' }, ...heldWords(label, cut || !phone.connected))));
    show(this.#inbox, phone.inbox.map(({ received }) => received.seq), () => this.#lines());
    show(this.#actions, [order, waits, phone.moves, order ? 0 : this.basket.services], () => this.#buttons(order));
    const buttonsOf = `${order?.id}/${order?.version}`;
    if (buttonsOf !== this.#buttonsOf) {
      this.#buttonsOf = buttonsOf;
      this.#settle();
    }
  }

  /** Has what can be tapped come to rest. */
  #settle() {
    this.#actions.classList.add('settling');
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#actions.classList.remove('settling'), settleFor);
  }

  /** @param {Order | null} order */
  #buttons(order) {
    const phone = this.#phone;
    if (order && !isOver(order)) {
      return actionsFor(order, phone);
    }
    if (phone.person.role === 'serviceman') {
      return null;
    }
    if (!order) {
      return orderButton(phone, this.basket);
    }
    const next = () => {
      this.basket.empty();
      phone.putAway();
    };
    return el('button', { 'type': 'button', 'data-key': 'next', 'onclick': next }, 'Order something else');
  }

  #lines() {
    const { inbox, person, other } = this.#phone;
    if (inbox.length === 0) {
      return null;
    }
    return [
      el('h3', {}, 'Inbox'),
      el('ol', { 'aria-label': `${person.name}'s inbox, the last event first` }, inbox.map(({ received, ms }) => el('li', {},
        el('span', { class: 'seq' }, el('span', { class: 'said' }, 'number '), received.seq),
        el('span', {}, line(received.orderStatusAsInt, causeOf(received, person, other), received.extra.reason), this.#lateness(received, ms))))),
    ];
  }

  /**
   * @param {Received} received
   * @param {Told['ms']} ms
   */
  #lateness({ senderId }, ms) {
    return ms !== null && ms > lateAfter && senderId !== this.#phone.person.userId ? ` · arrived after ${span(ms)}` : '';
  }

  /** @param {Order[]} orders */
  #choice(orders) {
    const phone = this.#phone;
    const choose = (/** @type {string} */ id) => {
      phone.choose(id);
      this.#chose(id);
    };
    return el('div', { 'class': 'others', 'role': 'group', 'aria-label': 'Which order' }, orders.map(({ id }, i) => el('button', {
      'type': 'button', 'data-key': id, 'aria-pressed': String(id === phone.order?.id), 'onclick': () => choose(id),
    }, `Order ${i + 1}`)));
  }

  #switch() {
    const { network } = this.#phone;
    if (network.cut) {
      network.restore();
    } else {
      network.sever();
    }
    this.draw();
  }
}

/**
 * @param {string} label of what was tapped
 * @param {boolean} away
 */
function heldWords(label, away) {
  const name = el('b', {}, `“${label}”`);
  return away ? [name, ' is held: it goes out when the network is back'] : [name, ' is on its way …'];
}

/**
 * Who has caused an event, as the inbox calls them.
 * @param {Received} received
 * @param {import('./visit.js').Person} person
 * @param {import('./visit.js').Person} other
 */
function causeOf({ senderId, commandId }, person, other) {
  if (senderId === person.userId || commandId) {
    return { who: 'you', role: person.role };
  }
  switch (senderId) {
    case other.userId:
      return { who: other.name, role: other.role };
    case 'system':
    case '':
      return { who: senderId };
    default:
      return { who: 'Support' };
  }
}

/** @import { Order } from '../../sdk/callout.js' */
/** @import { Tools } from './desk.js' */

import { Status, moves } from '../../sdk/callout.js';
import { el, show } from '../shared/dom.js';
import { money } from '../shared/money.js';
import { ReasonDialog } from './reason.js';

/**
 * Something that an operator may have happen to an order.
 * @typedef {object} Action
 * @property {number} statusCode
 * @property {string} title
 * @property {(order: Order) => string} meaning
 * @property {string} done
 * @property {'bad' | 'primary'} look
 */

/** @type {Action[]} */
const actions = [
  {
    statusCode: Status.PAYMENT_VERIFICATION, title: 'Verify the payment', look: 'primary', done: 'The payment is verified.',
    meaning: ({ payment, currency }) => `You say that ${payment ? money(payment.amount, currency) : 'the money'} has arrived. The client can then ` +
      'complete the order; if not, it completes by itself. Both parties are told, with your reason.',
  },
  {
    statusCode: Status.CANCELLED, title: 'Cancel the order', look: 'bad', done: 'The order is cancelled.',
    meaning: () => 'It ends for good and cannot be taken up again. The client and the serviceman are told, with your reason; those who have it on offer learn that it is over.',
  },
];

/** The buttons for what an operator may do about an order now. */
export class Actions {
  #tools;
  #changed;
  #heir;
  /** @type {ReasonDialog | null} */
  #dialog = null;
  node = el('div', { class: 'actions', role: 'group', 'aria-label': 'What you may do' });

  /**
   * @param {Tools} tools
   * @param {() => void} changed is told that the order is to be read again
   * @param {HTMLElement} heir gets the focus when there is no button left that could have it
   */
  constructor(tools, changed, heir) {
    this.#tools = tools;
    this.#changed = changed;
    this.#heir = heir;
  }

  /** @param {Order} order */
  show(order) {
    const now = allowed(order);
    if (now.length === 0 && this.node.contains(document.activeElement)) {
      this.#heir.focus({ preventScroll: true });
    }
    this.node.hidden = now.length === 0;
    show(this.node, order, () => now.map((action) => el('button', {
      type: 'button', class: `small ${action.look}`, 'data-key': action.statusCode, onclick: () => this.#ask(action, order),
    }, `${action.title} …`)));
  }

  /** Asks no longer for the reason of an action. */
  stop() {
    this.#dialog?.close();
  }

  /**
   * @param {Action} action
   * @param {Order} order
   */
  #ask(action, order) {
    this.#dialog = new ReasonDialog(this.#tools, action, order, {
      allows: (now) => allowed(now).includes(action), changed: this.#changed, closed: () => this.#closed(action),
    });
  }

  /**
   * The button that asked may have been replaced meanwhile, or be gone: then the focus is nowhere.
   * @param {Action} action
   */
  #closed({ statusCode }) {
    if (document.activeElement === document.body) {
      const same = /** @type {HTMLElement | null} */ (this.node.querySelector(`[data-key="${statusCode}"]`));
      (same ?? this.#heir).focus({ preventScroll: true });
    }
  }
}

/** @param {Order} order */
function allowed(order) {
  const codes = moves(order, { userId: '', role: 'operator' });
  return actions.filter(({ statusCode }) => codes.includes(statusCode));
}

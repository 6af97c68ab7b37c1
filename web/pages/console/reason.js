/** @import { Order } from '../../sdk/callout.js' */
/** @import { Action } from './actions.js' */
/** @import { Tools } from './desk.js' */

import { nameOf, newId } from '../../sdk/callout.js';
import { ApiError } from '../shared/api.js';
import { el } from '../shared/dom.js';

const longest = 500; // characters of a reason

/** Asks for the reason of an action and has it take effect. It opens by itself, and is gone once it is closed. */
export class ReasonDialog {
  #tools;
  #action;
  #order;
  #hooks;
  /** @type {{reason: string, version: number, key: string} | null} what was sent last and, as far as is known, came to nothing */
  #sent = null;
  #state = el('p', { class: 'mono' });
  #reason = el('textarea', { id: 'reason', rows: 3, maxlength: longest, required: true, autofocus: true, 'aria-describedby': 'meaning' });
  #alert = el('p', { class: 'alert', hidden: true });
  #submit;
  #dialog;

  /**
   * @param {Tools} tools
   * @param {Action} action
   * @param {Order} order
   * @param {object} hooks
   * @param {(order: Order) => boolean} hooks.allows whether the order, as it is now, allows the action
   * @param {() => void} hooks.changed is told that the order is to be read again
   * @param {() => void} hooks.closed is told that the dialog is gone
   */
  constructor(tools, action, order, hooks) {
    this.#tools = tools;
    this.#action = action;
    this.#order = order;
    this.#hooks = hooks;
    this.#submit = el('button', { type: 'submit', class: action.look }, action.title);
    this.#dialog = el('dialog', { class: 'reason', 'aria-labelledby': 'asks', 'aria-describedby': 'meaning', onclose: () => this.#gone() },
      el('form', { novalidate: true, onsubmit: (/** @type {SubmitEvent} */ event) => this.#submitted(event) },
        el('h2', { id: 'asks' }, `${action.title}?`), this.#state, el('p', { id: 'meaning' }, action.meaning(order)),
        el('label', { for: 'reason' }, 'Reason, which the parties can read'), this.#reason,
        el('div', { role: 'alert' }, this.#alert),
        el('div', { class: 'buttons' }, this.#submit, el('button', { type: 'button', onclick: () => this.close() }, 'Leave it as it is'))));
    this.#showState();
    document.body.append(this.#dialog);
    this.#dialog.showModal();
  }

  close() {
    this.#dialog.close();
  }

  #gone() {
    this.#dialog.remove();
    this.#hooks.closed();
  }

  #showState() {
    const { id, statusCode, version } = this.#order;
    this.#state.textContent = `${id} · ${statusCode} ${nameOf(statusCode)} · version ${version}`;
  }

  /** @param {SubmitEvent} event */
  async #submitted(event) {
    event.preventDefault();
    const reason = this.#reason.value.trim().replace(/\s+/g, ' ');
    if (!reason) {
      this.#refuse('A reason is needed.');
      return;
    }
    this.#alert.hidden = true;
    this.#submit.disabled = true;
    this.#submit.textContent = 'Sending …';
    try {
      await this.#send(reason);
      this.close();
      this.#tools.say(this.#action.done);
    } catch (thrown) {
      await this.#refused(thrown);
    } finally {
      this.#submit.textContent = this.#action.title;
      this.#submit.disabled = !this.#hooks.allows(this.#order);
      this.#hooks.changed();
    }
  }

  /**
   * Sends the command. The same again has the same key, so that it takes effect once whatever became of the first.
   * @param {string} reason
   */
  async #send(reason) {
    const { id: orderId, version } = this.#order;
    if (this.#sent?.reason !== reason || this.#sent.version !== version) {
      this.#sent = { reason, version, key: newId() };
    }
    await this.#tools.api.command({ orderId, statusCode: this.#action.statusCode, version, extra: { reason } }, this.#sent.key);
  }

  /**
   * Says why it was refused, and what the order is now.
   * @param {unknown} thrown
   */
  async #refused(thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    if (!(thrown instanceof ApiError) || thrown.status === 0 || thrown.status >= 500 || thrown.status === 429) {
      this.#refuse(`It is not known whether it took effect: ${why}. Send it once more.`);
      return;
    }
    try {
      this.#order = await this.#tools.api.get(`orders/${encodeURIComponent(this.#order.id)}`);
      this.#showState();
    } catch {
      // it is as it was; what is wrong with reading it, the page says
    }
    this.#refuse(this.#hooks.allows(this.#order) ? `It was refused: ${why}.` : `It was refused: ${why}. The order does not allow it any more.`);
  }

  /** @param {string} message */
  #refuse(message) {
    if (!this.#dialog.open) {
      this.#tools.say(message);
      return;
    }
    this.#alert.textContent = message;
    this.#alert.hidden = false;
    this.#reason.focus();
  }
}

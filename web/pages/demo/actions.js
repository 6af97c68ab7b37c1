/** @import { Command, Order } from '../../sdk/callout.js' */
/** @import { Phone } from './phone.js' */

import { Status } from '../../sdk/callout.js';
import { el } from '../shared/dom.js';
import { money } from '../shared/money.js';
import { catalogue, totalOf, withOneMore } from './catalogue.js';

const reasons = ['My bike broke down', 'I am ill', 'It is too far'];

/** @type {['cash' | 'upi' | 'card', string][]} */
const methods = [['cash', 'Cash'], ['upi', 'UPI'], ['card', 'Card']];

/** @typedef {(order: Order, phone: Phone) => HTMLElement} Action */

/**
 * What each status that somebody may cause looks like on a phone, in the order in which they are shown. Which of them are shown is for the rules to
 * say.
 * @type {{statusCode: number, action: Action}[]}
 */
const actions = [
  { statusCode: Status.ACCEPTED, action: tap(Status.ACCEPTED, 'Accept', 'primary') },
  { statusCode: Status.OFFER_DECLINED, action: tap(Status.OFFER_DECLINED, 'No, thank you') },
  { statusCode: Status.STARTED, action: tap(Status.STARTED, 'Work has begun', 'primary') },
  { statusCode: Status.ORDER_CHANGED, action: askForMore },
  { statusCode: Status.EXTENDED, action: agree },
  { statusCode: Status.CHANGE_DECLINED, action: (order, phone) => tap(Status.CHANGE_DECLINED, phone.person.role === 'client' ? 'Keep it as it was' : 'Take it back')(order, phone) },
  { statusCode: Status.PAYMENT, action: pay },
  { statusCode: Status.PAYMENT_VERIFICATION, action: tap(Status.PAYMENT_VERIFICATION, 'I have the money', 'primary') },
  { statusCode: Status.PAYMENT_REJECTED, action: (order, phone) => tap(Status.PAYMENT_REJECTED, phone.person.role === 'client' ? 'Take the payment back' : 'I have not got it')(order, phone) },
  { statusCode: Status.ORDER_COMPLETE, action: tap(Status.ORDER_COMPLETE, 'All is done', 'primary') },
  { statusCode: Status.CANCELLED, action: callOff },
];

/**
 * The buttons of a phone for the order that it shows.
 * @param {Order} order
 * @param {Phone} phone
 */
export function actionsFor(order, phone) {
  const allowed = phone.moves;
  return actions.filter(({ statusCode }) => allowed.includes(statusCode)).map(({ action }) => action(order, phone));
}

/**
 * A button that sends a command with nothing beside it.
 * @param {number} statusCode
 * @param {string} text
 * @param {string} [kind]
 * @returns {Action}
 */
function tap(statusCode, text, kind) {
  return (order, phone) => button(phone, String(statusCode), text, () => ({ orderId: order.id, statusCode }), kind);
}

/**
 * @param {Phone} phone
 * @param {string} key
 * @param {string} text
 * @param {() => Command} command
 * @param {string} [kind]
 */
export function button(phone, key, text, command, kind) {
  /** @type {HTMLButtonElement} */
  const made = el('button', {
    'type': 'button', 'class': kind, 'data-key': key, 'disabled': phone.waits, 'onclick': () => void phone.act(command(), made.textContent ?? ''),
  }, text);
  return made;
}

/** @type {Action} */
function agree(order, phone) {
  const { id, total } = /** @type {import('../../sdk/types.js').Change} */ (order.change);
  const command = () => ({ orderId: order.id, statusCode: Status.EXTENDED, extra: { changeId: id } });
  return button(phone, '1007', `Agree to ${money(total, order.currency)}`, command, 'primary');
}

/** @type {Action} */
function askForMore(order, phone) {
  const choice = el('select', { 'data-key': 'more', 'aria-label': 'What there is to do beside', 'disabled': phone.waits },
    catalogue.map(({ service, unitPrice }) => el('option', { value: service }, `${service}, ${money(unitPrice, order.currency)}`)));
  const wanted = () => withOneMore(order.services ?? [], choice.value);
  const ask = button(phone, '1006', '', () => ({ orderId: order.id, statusCode: Status.ORDER_CHANGED, extra: { services: wanted() } }), 'primary');
  const say = () => {
    ask.textContent = `Ask for ${money(totalOf(wanted()), order.currency)}`;
  };
  choice.addEventListener('change', say);
  say();
  return el('fieldset', {}, el('legend', { class: 'said' }, 'Ask to do more'), choice, ask);
}

/** @type {Action} */
function pay(order, phone) {
  const form = el('fieldset', {});
  const command = () => {
    const method = /** @type {HTMLInputElement} */ (form.querySelector('input:checked')).value;
    return { orderId: order.id, statusCode: Status.PAYMENT, extra: { method, amount: order.total ?? 0 } };
  };
  form.append(
    el('legend', { class: 'said' }, 'How to pay'),
    el('div', { class: 'methods' }, methods.map(([value, name], i) => el('label', {},
      el('input', { 'type': 'radio', 'name': 'method', 'value': value, 'checked': i === 1, 'disabled': phone.waits, 'data-key': value }), name))),
    button(phone, '1010', `Pay ${money(order.total ?? 0, order.currency)}`, command, 'primary'));
  return form;
}

/** @type {Action} */
function callOff(order, phone) {
  const cancel = { orderId: order.id, statusCode: Status.CANCELLED };
  if (phone.person.role === 'client') {
    return button(phone, '1008', 'Cancel the order', () => cancel, 'bad');
  }
  const reason = el('select', { 'data-key': 'reason', 'aria-label': 'Why you cannot come', 'disabled': phone.waits }, reasons.map((text) => el('option', {}, text)));
  return el('fieldset', {}, el('legend', { class: 'said' }, 'Cancel the order'), reason,
    button(phone, '1008', 'I cannot come', () => ({ ...cancel, extra: { reason: reason.value } }), 'bad'));
}

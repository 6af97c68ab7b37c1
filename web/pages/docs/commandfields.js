/** @import { Order } from '../../sdk/callout.js' */

import { Status, nameOf, newId } from '../../sdk/callout.js';
import { el } from '../shared/dom.js';
import { client, extraFor, receivers } from './examples.js';
import { askable, whoMay } from './statuses.js';

/** @typedef {{orderId: string, version: number, order: Order}} Result of a command that took effect */

/** @type {number[]} those that go without a version */
const unversioned = [Status.PLACED, Status.ACCEPTED, Status.OFFER_DECLINED];

/** The fields of a form for a command. */
export class CommandFields {
  #user = input('user', { value: client.user, required: true, maxlength: 64 });
  #role = el('select', { id: 'command-role' },
    ['client', 'serviceman', 'operator', 'backend'].map((role) => el('option', { selected: role === client.role }, role)));
  #status = el('select', { id: 'command-status', 'aria-describedby': 'command-who', onchange: () => this.#choose() },
    askable.map((code) => el('option', { value: code }, `${code} ${nameOf(code)}`)));
  #who = el('p', { id: 'command-who', class: 'wide quiet' });
  #orderId = input('order', { maxlength: 64 });
  #version = input('version', { type: 'number', min: 1 });
  #receivers = input('receivers', { value: receivers });
  #for = input('for', { maxlength: 64 });
  #extra = el('textarea', { ...plain('extra'), rows: 12, 'aria-describedby': 'command-wrong', oninput: () => this.#readExtra() });
  #wrong = el('p', { id: 'command-wrong', class: 'wide alert', role: 'status', hidden: true });
  #key = el('textarea', { ...plain('key'), class: 'line', rows: 2, required: true, maxlength: 64 }); // wraps, as an input does not
  #callers = [field('Callout-User', this.#user), field('Callout-Role', this.#role)];
  /** @type {object} */
  #read = {};
  /** @type {Result | undefined} */
  #last;
  node;

  constructor() {
    this.#choose();
    const another = el('button', { type: 'button', class: 'small', onclick: () => this.#renew() },
      'New ', el('span', { class: 'said' }, 'Idempotency-Key'));
    this.node = el('div', { class: 'fields' },
      this.#callers, wide(field('statusCode', this.#status)), this.#who,
      wide(field('orderId', this.#orderId)), field('version', this.#version), field('for', this.#for, ', from a backend'),
      wide(field('receivers', this.#receivers, ', separated by commas')), wide(field('extra', this.#extra, ', JSON')), this.#wrong, wide(field('Idempotency-Key', this.#key)), another);
  }

  /** Whom to name in development mode. */
  get user() {
    return { user: this.#user.value.trim(), role: this.#role.value };
  }

  get key() {
    return this.#key.value.replaceAll('\n', '').trim();
  }

  /** What is filled in; of an extra that is no JSON, what it was before. */
  get command() {
    const orderId = this.#orderId.value.trim();
    const version = Number(this.#version.value);
    const offered = this.#receivers.disabled ? [] : this.#receivers.value.split(',').map((id) => id.trim()).filter(Boolean);
    const user = this.#for.value.trim();
    return {
      ...(user && { for: user }), ...(orderId && { orderId }), statusCode: this.#code, ...(version && { version }),
      ...(offered.length > 0 && { receivers: offered }), ...(Object.keys(this.#read).length > 0 && { extra: this.#read }),
    };
  }

  /**
   * Has the command that is filled in next be about the order of the last one.
   * @param {Result} result
   */
  follow(result) {
    this.#last = result;
  }

  /**
   * Shows or hides the fields for whom to name.
   * @param {boolean} ask
   */
  askWho(ask) {
    for (const node of this.#callers) {
      node.hidden = !ask;
    }
    this.#user.disabled = !ask;
  }

  get #code() {
    return Number(this.#status.value);
  }

  /** Fills in what the chosen status needs, for the order of the last command unless another is named: a new command, so under a new key. */
  #choose() {
    const code = this.#code;
    const placing = code === Status.PLACED;
    const last = [undefined, '', this.#last?.orderId].includes(this.#orderId.value.trim()) ? this.#last : undefined;
    if (last) {
      this.#orderId.value = placing ? '' : last.orderId;
      this.#version.value = String(last.order.version);
    }
    if (unversioned.includes(code)) {
      this.#version.value = '';
    }
    this.#orderId.required = !placing;
    this.#receivers.required = placing;
    this.#receivers.disabled = !placing;
    this.#who.replaceChildren(`By ${whoMay(code).join('; ')}. `, el('a', { href: '#statuses' }, 'All statuses'));
    this.#extra.value = JSON.stringify(extraFor(code, last?.order), null, 2);
    this.#readExtra();
    this.#key.value = newId();
  }

  #renew() {
    this.#key.value = newId();
    this.#key.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** Reads the extra, or says what is wrong with it; while something is, the form is not sent. */
  #readExtra() {
    let wrong = '';
    try {
      this.#read = objectIn(this.#extra.value);
    } catch (thrown) {
      wrong = `This extra is not sent: ${thrown instanceof Error ? thrown.message : thrown}`;
    }
    this.#extra.setCustomValidity(wrong);
    this.#extra.setAttribute('aria-invalid', String(wrong !== ''));
    this.#wrong.textContent = wrong;
    this.#wrong.hidden = wrong === '';
  }
}

/**
 * @param {string} text
 * @returns {object}
 */
function objectIn(text) {
  const value = text.trim() ? JSON.parse(text) : {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('it has to be an object, in { and }');
  }
  return value;
}

/**
 * @param {string} name
 * @param {Record<string, string | number | boolean>} props
 */
function input(name, props) {
  return el('input', { ...plain(name), ...props });
}

/** @param {string} name */
function plain(name) {
  return { id: `command-${name}`, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off' };
}

/**
 * @param {string} name
 * @param {HTMLElement} control
 * @param {string} [more]
 */
function field(name, control, more = '') {
  return el('p', {}, el('label', { for: control.id }, el('code', {}, name), more), control);
}

/** @param {HTMLElement} node */
function wide(node) {
  node.classList.add('wide');
  return node;
}

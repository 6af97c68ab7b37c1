import { nameOf } from '../../sdk/callout.js';
import { el, show } from '../shared/dom.js';

/** What may be asked of a status, each as the orders' address says it. */
const choices = [
  { status: 'open', label: 'Open' },
  { status: '1001,1002', label: 'On offer' },
  { status: '1004,1005,1006,1007', label: 'Working' },
  { status: '1010,1011', label: 'To be paid' },
  { status: '1003,1008,1009', label: 'Ended' },
  { status: 'all', label: 'All' },
];

/** What fields for an id are like. */
const ofId = { type: 'search', maxlength: 64, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' };

/**
 * Which orders are asked for: the keys are those of the orders' address.
 * @typedef {object} Wanted
 * @property {string} status 'open', 'all' or codes
 * @property {string} user
 * @property {string} since RFC 3339
 * @property {string} until RFC 3339
 * @property {string} id that it begins like; nothing else is then asked
 */

/**
 * Reads which orders an address asks for.
 * @param {Record<string, string>} query
 * @returns {Wanted}
 */
export function wantedOf({ status = '', user = '', since = '', until = '', id = '' }) {
  return id ? { status: 'all', user: '', since: '', until: '', id } : { status: status || 'open', user, since, until, id };
}

/**
 * The same as parameters of the HTTP API.
 * @param {Wanted} wanted
 */
export function parametersOf({ status, user, since, until, id }) {
  return id ? { id } : { open: status === 'open', status: /^\d/.test(status) ? status : '', user, since, until };
}

/** The buttons and fields that say which orders are to be seen. */
export class Filters {
  #chosen;
  /** @type {Wanted} */
  #wanted = wantedOf({});
  #buttons = el('div', { class: 'filter', role: 'group', 'aria-label': 'Status' });
  #id = new Field('id', 'Id begins with', { ...ofId, 'aria-describedby': 'id-note' });
  #user = new Field('user', 'Person', ofId);
  #since = new Field('since', 'Placed since', { type: 'datetime-local' });
  #until = new Field('until', 'Placed before', { type: 'datetime-local' });
  #fields = [this.#id, this.#user, this.#since, this.#until];
  #note = el('p', { id: 'id-note', class: 'quiet', hidden: true }, 'An id is looked for among all orders; the other filters are off.');
  #clear = el('button', { class: 'small', type: 'button', onclick: () => this.#chosen(wantedOf({})) }, 'Clear');
  #form = el('form', { class: 'fields', role: 'search' }, this.#fields.map(({ node }) => node),
    el('div', { class: 'buttons' }, el('button', { class: 'small', type: 'submit' }, 'Search'), this.#clear));
  #more = el('details', { class: 'more' }, el('summary', {}, 'Person, time, id'), this.#form, this.#note);
  node = el('div', { class: 'filters' }, this.#buttons, this.#more);

  /** @param {(wanted: Wanted) => void} chosen is told what is to be seen */
  constructor(chosen) {
    this.#chosen = chosen;
    this.#more.open = matchMedia('(min-width: 701px)').matches;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#left(this.#fields.find((field) => field.input === document.activeElement && field.changed) ?? this.#fields.find(({ changed }) => changed));
    });
    this.#form.addEventListener('focusout', ({ target }) => this.#left(this.#fields.find((field) => field.input === target)));
  }

  /** @param {Wanted} wanted */
  show(wanted) {
    this.#wanted = wanted;
    const known = wanted.id || choices.some(({ status }) => status === wanted.status);
    const all = known ? choices : [...choices, { status: wanted.status, label: wanted.status.split(',').map((code) => nameOf(Number(code))).join(', ') }];
    show(this.#buttons, [all, wanted.status, wanted.id], () => all.map(({ status, label }) => el('button', {
      class: 'small', type: 'button', 'data-key': status, 'aria-pressed': String(!wanted.id && status === wanted.status),
      onclick: () => this.#chosen({ ...this.#wanted, status, id: '' }),
    }, label)));
    this.#id.show(wanted.id);
    this.#user.show(wanted.user);
    this.#since.show(localOf(wanted.since));
    this.#until.show(localOf(wanted.until));
    this.#note.hidden = !wanted.id;
    this.#clear.hidden = !(wanted.user || wanted.since || wanted.until || wanted.id);
    this.#more.open ||= !this.#clear.hidden;
  }

  /**
   * What was typed into a field takes effect once it is left. An id goes without the others, and they go without an id.
   * @param {Field | undefined} field
   */
  #left(field) {
    if (!field?.changed) {
      return;
    }
    if (field === this.#id && field.value) {
      this.#chosen(wantedOf({ id: field.value }));
      return;
    }
    const { status } = this.#wanted.id ? wantedOf({}) : this.#wanted;
    this.#chosen({ status, user: this.#user.value, since: utcOf(this.#since.value), until: utcOf(this.#until.value), id: '' });
  }
}

/** A field with its label. */
class Field {
  #shown = '';

  /**
   * @param {string} id
   * @param {string} label
   * @param {Record<string, string | number>} props
   */
  constructor(id, label, props) {
    this.input = el('input', { id, ...props });
    this.node = el('div', { class: `field ${id}` }, el('label', { for: id }, label), this.input);
  }

  get value() {
    return this.input.value.trim();
  }

  /** Whether somebody has typed since something was shown. */
  get changed() {
    return this.value !== this.#shown;
  }

  /** @param {string} value */
  show(value) {
    this.#shown = value;
    if (this.value !== value) {
      this.input.value = value;
    }
  }
}

/**
 * What a field of local time shows for a time.
 * @param {string} at RFC 3339, or nothing
 */
function localOf(at) {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? '' : new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @param {string} local as a field has it, or nothing */
function utcOf(local) {
  return local && new Date(local).toISOString();
}

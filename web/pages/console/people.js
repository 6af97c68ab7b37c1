/** @import { Tools } from './desk.js' */

import { el, show } from '../shared/dom.js';
import { Pager } from './pager.js';
import { person } from './names.js';
import { Reader } from './reader.js';
import { go, hashOf } from './route.js';

const readEvery = 5_000; // ms
const pageSize = 100;

/** @typedef {{sessions: {userId: string, device: string}[], total: number, next?: string}} SessionPage as the HTTP API tells it */

/** Who is connected to the server that the page is from. */
export class PeopleView {
  #tools;
  #reader;
  #user = '';
  #field = el('input', { id: 'person', type: 'search', maxlength: 64, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
  #count = el('p', { class: 'count quiet', role: 'status' });
  #list = el('ul', { class: 'people' });
  #pager = new Pager('Back', 'More', () => this.#reader.restart());
  node = el('section', { class: 'view', 'aria-labelledby': 'view' },
    el('h2', { id: 'view' }, 'Who is connected', el('small', {}, 'to this server')),
    el('form', { class: 'fields', role: 'search', onsubmit: (/** @type {SubmitEvent} */ event) => this.#submitted(event) },
      el('div', { class: 'field' }, el('label', { for: 'person' }, 'Person'), this.#field), el('button', { class: 'small', type: 'submit' }, 'Search')),
    this.#count, this.#list, this.#pager.node);

  /** @param {Tools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.#reader = new Reader({
      what: 'who is connected',
      read: (signal) => this.#tools.api.get('sessions', { user: this.#user, after: this.#pager.after, limit: pageSize }, signal),
      took: (/** @type {SessionPage} */ page) => this.#took(page),
      again: () => readEvery,
    }, tools.troubles);
    this.#reader.stale();
  }

  /** @param {Record<string, string>} query */
  open({ user = '' }) {
    this.#field.value = user;
    if (user !== this.#user) {
      this.#user = user;
      this.#pager.reset();
      this.#reader.restart();
    }
  }

  happened() {}

  figures() {}

  stop() {
    this.#reader.stop();
  }

  /** @param {SubmitEvent} event */
  #submitted(event) {
    event.preventDefault();
    go(hashOf('people', { user: this.#field.value.trim() }));
  }

  /** @param {SessionPage} page */
  #took({ sessions, total, next }) {
    /** @type {Map<string, string[]>} */
    const devices = new Map();
    for (const { userId, device } of sessions) {
      devices.set(userId, [...(devices.get(userId) ?? []), device]);
    }
    this.#pager.show(next);
    show(this.#count, total, () => (total === 1 ? 'One device is connected.' : `${total.toLocaleString('en-GB')} devices are connected.`));
    show(this.#list, [sessions, this.#user], () => (devices.size > 0
      ? [...devices].map(([userId, names]) => el('li', {}, person(userId), el('span', { class: 'devices' }, names.map((name) => el('span', { class: 'mono' }, name)))))
      : el('li', { class: 'empty' }, this.#user ? `${this.#user} is not connected.` : 'Nobody is connected.')));
  }
}

import { el, show } from '../shared/dom.js';

/** Goes from page to page of a list whose pages name the place where the next one begins. */
export class Pager {
  /** @type {string[]} where the pages begin that have been gone through, but the first */
  #places = [];
  #next = '';
  #turned;
  #back;
  #on;
  #page = el('span', { class: 'quiet', role: 'status' });
  node;

  /**
   * @param {string} back in words
   * @param {string} on
   * @param {() => void} turned is told that another page is to be read
   */
  constructor(back, on, turned) {
    this.#turned = turned;
    this.#back = el('button', { class: 'small', type: 'button', onclick: () => this.#turn(-1) }, `← ${back}`);
    this.#on = el('button', { class: 'small', type: 'button', onclick: () => this.#turn(1) }, `${on} →`);
    this.node = el('nav', { class: 'pager', 'aria-label': 'Pages', hidden: true }, this.#back, this.#page, this.#on);
  }

  /** Where the page begins that is to be shown; empty: it is the first. */
  get after() {
    return this.#places.at(-1) ?? '';
  }

  /** Goes back to the first page, without telling. */
  reset() {
    this.#places = [];
    this.show('');
  }

  /**
   * Takes in where the page after the one that is shown begins.
   * @param {string | undefined} next
   */
  show(next) {
    this.#next = next ?? '';
    this.#label();
    this.node.hidden = this.#places.length === 0 && !this.#next;
  }

  #label() {
    const number = this.#places.length + 1;
    show(this.#page, number, () => `page ${number}`);
    // A button that is disabled for good would lose the focus.
    this.#back.setAttribute('aria-disabled', String(this.#places.length === 0));
    this.#on.setAttribute('aria-disabled', String(!this.#next));
  }

  /** @param {1 | -1} by */
  #turn(by) {
    if (by === 1 && this.#next) {
      this.#places.push(this.#next);
    } else if (by === -1 && this.#places.length > 0) {
      this.#places.pop();
    } else {
      return;
    }
    this.#next = '';
    this.#label();
    this.#turned();
  }
}

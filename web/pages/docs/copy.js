import { copy } from '../shared/copy.js';
import { el, find } from '../shared/dom.js';

const shownFor = 2000; // ms

/** A text in a box of its own, with a button that copies it. */
export class CopyBox {
  #code = el('code');
  #word = el('span', {}, 'Copy');
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  node;

  /**
   * @param {string} title
   * @param {string} which tells its button from the others to those who do not see where it is
   */
  constructor(title, which) {
    const button = el('button', { type: 'button', class: 'small', onclick: () => void this.#copy() }, this.#word, ' ', el('span', { class: 'said' }, which));
    this.node = el('div', { class: 'copybox' }, el('div', { class: 'top' }, el('h4', {}, title), button), el('pre', {}, this.#code));
  }

  /** @param {string} text */
  show(text) {
    this.#code.textContent = text;
  }

  async #copy() {
    const outcome = await copy(this.#code) ? 'Copied' : 'Selected, to be copied';
    this.#word.textContent = outcome;
    const said = find('#said', HTMLElement);
    said.textContent = outcome;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#word.textContent = 'Copy';
      said.textContent = '';
    }, shownFor);
  }
}

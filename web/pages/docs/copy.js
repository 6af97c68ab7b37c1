import { el, find } from '../shared/dom.js';

const shownFor = 2000; // ms

/** A text in a box of its own, with a button that copies it. */
export class CopyBox {
  #code = el('code');
  #button;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  node;

  /**
   * @param {string} title
   * @param {string} label of the button
   */
  constructor(title, label) {
    this.#button = el('button', { type: 'button', class: 'small', 'aria-label': label, onclick: () => void this.#copy() }, 'Copy');
    this.node = el('div', { class: 'copybox' }, el('div', { class: 'top' }, el('h4', {}, title), this.#button), el('pre', {}, this.#code));
  }

  /** @param {string} text */
  show(text) {
    this.#code.textContent = text;
  }

  async #copy() {
    let outcome = 'Copied';
    try {
      await navigator.clipboard.writeText(this.#code.textContent ?? '');
    } catch {
      getSelection()?.selectAllChildren(this.#code); // a page that did not come over TLS has no clipboard
      outcome = 'Selected, to be copied';
    }
    this.#button.textContent = outcome;
    const said = find('#said', HTMLElement);
    said.textContent = outcome;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#button.textContent = 'Copy';
      said.textContent = '';
    }, shownFor);
  }
}

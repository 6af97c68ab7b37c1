import { el } from '../shared/dom.js';

/**
 * A button that copies a text. Where a page may not, it selects the text for the operator to copy.
 * @param {string} text
 * @param {HTMLElement} where it is to be seen
 * @param {(text: string) => void} say
 */
export function copyButton(text, where, say) {
  return el('button', { class: 'small', type: 'button', 'data-key': 'copy', onclick: copy }, 'Copy the id');

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      say('The id is copied.');
    } catch {
      getSelection()?.selectAllChildren(where.lastElementChild ?? where);
      say('The id is selected: copy it with your keyboard.');
    }
  }
}

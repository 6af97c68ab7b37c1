/** @import { Operation } from './description.js' */

import { find } from '../shared/dom.js';

/**
 * Has the filter narrow the operations to those that have all of its words.
 * @param {Operation[]} operations
 */
export function wireFilter(operations) {
  const field = find('#filter', HTMLInputElement);
  const texts = operations.map((operation) => ({ id: operation.id, text: textOf(operation) }));
  const narrow = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = new Set(texts.filter(({ text }) => words.every((word) => text.includes(word))).map(({ id }) => id));
    for (const { id } of operations) {
      find(`[id="${id}"]`, HTMLElement).hidden = !found.has(id);
      find(`[data-operation="${id}"]`, HTMLElement).hidden = !found.has(id);
    }
    find('#none', HTMLElement).hidden = found.size > 0;
    find('#found', HTMLElement).textContent = words.length > 0 ? `${found.size} of ${operations.length} operations` : '';
  };
  field.addEventListener('input', narrow);
  find('#all', HTMLElement).addEventListener('click', () => {
    field.value = '';
    narrow();
    field.focus();
  });
  narrow();
}

/** @param {Operation} operation */
function textOf({ id, method, path, summary, description, parameters }) {
  return [id, method, path, summary, description, ...parameters.flatMap(({ name, description: text = '' }) => [name, text])].join(' ').toLowerCase();
}

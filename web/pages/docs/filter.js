/** @import { Operation } from './description.js' */

import { find } from '../shared/dom.js';

/**
 * Has the filter narrow the operations to those that have all of its words. Enter goes to the first of them.
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
    const count = `${found.size} of ${operations.length} operations`;
    find('#found', HTMLElement).textContent = words.length === 0 ? '' : found.size === 0 ? count : `${count}; Enter goes to the first`;
  };
  field.addEventListener('input', narrow);
  field.addEventListener('keydown', ({ key }) => {
    const first = document.querySelector('.operation:not([hidden])');
    if (key === 'Enter' && first) {
      location.hash = first.id;
    }
  });
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

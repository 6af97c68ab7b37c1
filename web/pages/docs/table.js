/** @import { Child } from '../shared/dom.js' */

import { el } from '../shared/dom.js';

/**
 * A table whose first column names its rows. Its roles are said, as without room for columns its rows are laid out as boxes; in them
 * each cell has its head before it where the style sheet wants it.
 * @param {string} caption
 * @param {string} kind its class
 * @param {string[]} heads
 * @param {(Child | Child[])[][]} rows
 */
export function dataTable(caption, kind, heads, rows) {
  return el('div', { class: 'across' }, el('table', { class: kind, role: 'table' },
    el('caption', { class: 'said' }, caption),
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, heads.map((head) => el('th', { scope: 'col', role: 'columnheader' }, head)))),
    el('tbody', { role: 'rowgroup' }, rows.map(([name, ...cells]) => el('tr', { role: 'row' },
      el('th', { scope: 'row', role: 'rowheader' }, ...children(name)),
      cells.map((cell, i) => el('td', { role: 'cell', 'data-head': heads[i + 1] }, ...children(cell))))))));
}

/** @param {Child | Child[]} cell */
function children(cell) {
  return [cell].flat();
}

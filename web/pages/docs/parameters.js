/** @import { Parameter, Schema } from './description.js' */

import { el } from '../shared/dom.js';
import { scrolling } from './scrolling.js';
import { kind, limits, prose } from './words.js';

/**
 * Parameters as a table. Its roles are said, as on narrow windows its rows are laid out as boxes.
 * @param {string} caption
 * @param {Parameter[]} parameters
 */
export function parameterTable(caption, parameters) {
  const heads = ['Name', 'In', 'Type', 'Limits', 'Meaning'].map((head) => el('th', { scope: 'col', role: 'columnheader' }, head));
  return scrolling(caption, el('table', { class: 'parameters', role: 'table' },
    el('caption', { class: 'said' }, caption),
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, heads)),
    el('tbody', { role: 'rowgroup' }, parameters.map(row))));
}

/** @param {Parameter} parameter */
function row({ name, in: place, required, description = '', schema: said }) {
  const schema = said.items ? listed(said) : said;
  const words = schema.items ? ['separated by commas', ...limits(schema)] : limits(schema);
  return el('tr', { role: 'row' },
    el('th', { scope: 'row', role: 'rowheader' }, el('code', {}, name), required && el('span', { class: 'required' }, 'required')),
    el('td', { role: 'cell' }, place),
    el('td', { role: 'cell' }, kind(schema)),
    el('td', { role: 'cell', class: 'limits' }, words.map((word) => el('span', {}, word))),
    el('td', { role: 'cell', class: 'meaning' }, prose(description)));
}

/**
 * A list as it is written in an address, where there is no null.
 * @param {Schema} schema
 * @returns {Schema}
 */
function listed(schema) {
  return { ...schema, type: 'array', examples: schema.examples?.map((example) => (Array.isArray(example) ? example.join(',') : example)) };
}

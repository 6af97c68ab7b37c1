/** @import { Parameter, Schema } from './description.js' */

import { el } from '../shared/dom.js';
import { dataTable } from './table.js';
import { kind, limits, prose } from './words.js';

/**
 * Parameters as a table.
 * @param {string} caption
 * @param {Parameter[]} parameters
 */
export function parameterTable(caption, parameters) {
  return dataTable(caption, 'parameters', ['Name', 'In', 'Type', 'Limits', 'Meaning'], parameters.map(row));
}

/** @param {Parameter} parameter */
function row({ name, in: place, required, description = '', schema: said }) {
  const schema = said.items ? listed(said) : said;
  const words = schema.items ? ['separated by commas', ...limits(schema)] : limits(schema);
  return [
    [el('code', {}, name), required && el('span', { class: 'required' }, 'required')],
    place, kind(schema), words.map((word) => el('span', { class: 'line' }, word)), prose(description),
  ];
}

/**
 * A list as it is written in an address, where there is no null.
 * @param {Schema} schema
 * @returns {Schema}
 */
function listed(schema) {
  return { ...schema, type: 'array', examples: schema.examples?.map((example) => (Array.isArray(example) ? example.join(',') : example)) };
}

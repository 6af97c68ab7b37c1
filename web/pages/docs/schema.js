/** @import { Description, Schema } from './description.js' */

import { el } from '../shared/dom.js';
import { kind, limits, prose } from './words.js';

/**
 * The properties of the objects in a schema, those first that are always there, and theirs behind a summary each. A schema that stands
 * within itself is not unfolded again.
 * @param {Schema} schema
 * @param {Description} description
 * @param {string[]} [within] the names of the schemas around it
 * @returns {HTMLElement | null} null: there are none
 */
export function propertyList(schema, description, within = []) {
  const { name, schema: object } = description.objectIn(schema);
  const properties = object.properties ?? {};
  const always = object.required ?? [];
  const keys = [...new Set([...always, ...Object.keys(properties)])];
  if (keys.length === 0 || (name && within.includes(name))) {
    return null;
  }
  const around = name ? [...within, name] : within;
  return el('ul', { class: 'properties' },
    keys.map((key) => item(key, properties[key] ?? {}, always.includes(key), description, around)));
}

/**
 * @param {string} key
 * @param {Schema} schema
 * @param {boolean} always
 * @param {Description} description
 * @param {string[]} within
 */
function item(key, schema, always, description, within) {
  const inner = propertyList(schema, description, within);
  return el('li', {},
    el('p', { class: 'property' },
      el('code', {}, key), ' ', el('span', { class: 'kind' }, kind(schema)), ' ',
      !always && el('span', { class: 'absent' }, 'may be absent')),
    schema.description && el('p', {}, prose(schema.description)),
    limits(schema).length > 0 && el('p', { class: 'limits' }, limits(schema).join('; ')),
    inner && el('details', {}, el('summary', {}, 'What is in ', el('code', {}, key)), inner));
}

/**
 * The schemas that have a name, each under its own heading.
 * @param {Description} description
 */
export function schemaSections(description) {
  return Object.entries(description.schemas).map(([name, schema]) =>
    el('article', { id: `schema-${name}`, class: 'schema', 'aria-labelledby': `schema-${name}-title` },
      el('h3', { id: `schema-${name}-title` }, name),
      schema.description && el('p', {}, prose(schema.description)),
      propertyList({ $ref: name }, description) ?? el('p', {}, kind(schema))));
}

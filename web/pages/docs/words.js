/** @import { Schema } from './description.js' */

import { el } from '../shared/dom.js';
import { nameOf } from './description.js';

/**
 * Says what kind of value a schema is of, with links to the schemas that have a name.
 * @param {Schema} schema
 * @returns {(Node | string)[]}
 */
export function kind(schema) {
  if (schema.$ref) {
    const name = nameOf(schema.$ref);
    return [el('a', { href: `#schema-${name}` }, name)];
  }
  const [type = 'any JSON', ...others] = [schema.type ?? []].flat();
  const or = others.map((other) => ` or ${other}`);
  if (schema.items) {
    return ['array of ', ...kind(schema.items), ...or];
  }
  if (typeof schema.additionalProperties === 'object') {
    return ['object of ', ...kind(schema.additionalProperties), ...or];
  }
  return [schema.format ? `${type} (${schema.format})` : type, ...or];
}

/**
 * Says what a value has to be beyond its kind.
 * @param {Schema} schema
 * @returns {string[]}
 */
export function limits(schema) {
  const own = [
    range(schema.minimum, schema.maximum, ''),
    range(schema.minLength, schema.maxLength, ' characters'),
    range(schema.minItems, schema.maxItems, ' items'),
    schema.pattern && `matches ${schema.pattern}`,
    schema.enum && `one of ${schema.enum.join(', ')}`,
    schema.default !== undefined && `default ${written(schema.default)}`,
    schema.examples?.[0] !== undefined && `such as ${written(schema.examples[0])}`,
  ].filter((word) => typeof word === 'string');
  return [...own, ...(schema.items ? limits(schema.items).map((word) => `each ${word}`) : [])];
}

/**
 * A text with what stands between backticks as code.
 * @param {string} text
 */
export function prose(text) {
  return text.split('`').map((part, i) => (i % 2 === 1 ? el('code', {}, part) : part));
}

/**
 * @param {number | undefined} least
 * @param {number | undefined} most
 * @param {string} unit
 */
function range(least, most, unit) {
  if (least !== undefined && most !== undefined) {
    return `${figure(least)} to ${figure(most)}${unit}`;
  }
  if (least !== undefined) {
    return `at least ${figure(least)}${unit}`;
  }
  return most !== undefined && `at most ${figure(most)}${unit}`;
}

/** @param {number} n */
function figure(n) {
  return n.toLocaleString('en');
}

/** @param {unknown} value */
function written(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

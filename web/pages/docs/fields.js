/** @import { Parameter } from './description.js' */

import { el } from '../shared/dom.js';

/** A form's fields for the parameters of an operation. */
export class Fields {
  #inputs;
  node;

  /**
   * @param {string} id of the operation
   * @param {Parameter[]} parameters
   */
  constructor(id, parameters) {
    this.#inputs = parameters.map((parameter) => ({ parameter, input: inputFor(`${id}-${parameter.name}`, parameter) }));
    this.node = el('div', { class: 'fields' }, this.#inputs.map(({ parameter: { name, required }, input }) =>
      el('p', { class: input.type === 'checkbox' ? 'check' : '' },
        el('label', { for: input.id }, el('code', {}, name), required && ' (required)'), input)));
  }

  /** What is filled in; without a value, an empty text. */
  get values() {
    return this.#inputs.map(({ parameter, input }) => ({
      name: parameter.name, in: parameter.in, value: input.type === 'checkbox' ? (input.checked ? 'true' : '') : input.value.trim(),
    }));
  }
}

/**
 * @param {string} id
 * @param {Parameter} parameter
 */
function inputFor(id, { required, schema }) {
  switch (schema.type) {
    case 'boolean':
      return el('input', { id, type: 'checkbox' });
    case 'integer':
      return el('input', { id, required, type: 'number', min: schema.minimum, max: schema.maximum, placeholder: String(schema.default ?? '') });
  }
  return el('input', {
    id, required, maxlength: schema.maxLength, placeholder: sample(schema), autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off',
  });
}

/** @param {Parameter['schema']} schema */
function sample(schema) {
  if (schema.format === 'date-time') {
    return new Date().toISOString().replace(/\..*/, 'Z');
  }
  return schema.examples?.flat()?.join(',');
}

/** @import { Caller } from './caller.js' */
/** @import { Answer, Description, Operation } from './description.js' */

import { el } from '../shared/dom.js';
import { commanding } from './command.js';
import { CopyBox } from './copy.js';
import { addressOf, curl } from './curl.js';
import { Fields } from './fields.js';
import { parameterTable } from './parameters.js';
import { propertyList } from './schema.js';
import { Try } from './try.js';
import { kind, prose } from './words.js';

/**
 * An operation: what it is on one side, how it is called on the other.
 * @param {Operation} operation
 * @param {Description} description
 * @param {Caller} caller
 */
export function operationArticle(operation, description, caller) {
  const { id, method, path, summary, parameters, body, answers } = operation;
  return el('article', { id, class: 'operation', 'aria-labelledby': `${id}-title` },
    el('div', { class: 'what' },
      el('h3', { id: `${id}-title` }, summary),
      el('p', { class: 'route' }, methodMark(method), ' ', el('code', {}, path)),
      el('p', {}, prose(operation.description)),
      id === 'send-command' && el('p', {},
        'What can happen, who may have it happen, and what that needs, is in the table of the ', el('a', { href: '#statuses' }, 'statuses'), '.'),
      parameters.length > 0 && [el('h4', {}, 'Parameters'), parameterTable(`Parameters of ${method} ${path}`, parameters)],
      body && [el('h4', {}, 'Body: ', kind(body)), propertyList(body, description)],
      el('h4', {}, 'Answers'),
      answers.map((answer) => answerNode(answer, description))),
    el('div', { class: 'how' }, wayOf(operation, caller)));
}

/** @param {string} method */
export function methodMark(method) {
  return el('span', { class: `method ${method === 'GET' ? 'reads' : 'writes'}` }, method);
}

/**
 * @param {Answer} answer
 * @param {Description} description
 */
function answerNode({ status, description: text, type, schema }, description) {
  const good = status !== 'default';
  const list = schema && propertyList(schema, description);
  return el('details', { class: 'answer', open: good },
    el('summary', {}, el('b', { class: good ? 'good' : 'wrong' }, good ? status : 'otherwise'), ' ', prose(text)),
    schema && el('p', { class: 'quiet' }, el('code', {}, type), ': ', kind(schema)),
    !good && el('p', {}, 'With one of ', el('a', { href: '#errors' }, 'these codes'), '.'),
    list);
}

/**
 * @param {Operation} operation
 * @param {Caller} caller
 */
function wayOf(operation, caller) {
  if (operation.id === 'send-command') {
    return commanding(operation, caller);
  }
  return operation.method === 'GET' ? reading(operation, caller) : [];
}

/**
 * The example and the form of an operation that reads. The example is of what is filled in.
 * @param {Operation} operation
 * @param {Caller} caller
 */
function reading({ id, method, path, summary, parameters }, caller) {
  const fields = new Fields(id, parameters);
  const box = new CopyBox('Example', `the example: ${summary}`);
  const who = el('p', { class: 'quiet' });
  const attempt = new Try(summary, parameters.length > 0 ? [who, fields.node] : [who], () => ({ url: addressOf(path, fields.values), headers: caller.headers() }));
  const update = () => {
    box.show(curl({ method, url: addressOf(path, fields.values).href, headers: caller.shellHeaders() }));
    who.replaceChildren(`${caller.said} `, el('a', { href: '#caller' }, 'Change'));
  };
  attempt.node.addEventListener('input', update);
  caller.watch(update);
  update();
  return [box.node, el('details', { class: 'try' }, el('summary', {}, 'Try it'), attempt.node)];
}

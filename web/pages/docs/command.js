/** @import { Caller } from './caller.js' */
/** @import { Operation } from './description.js' */

import { el } from '../shared/dom.js';
import { dev } from './caller.js';
import { CommandFields } from './commandfields.js';
import { CopyBox } from './copy.js';
import { addressOf, curl, quoted } from './curl.js';
import { Try } from './try.js';

/**
 * The example and the form of the operation that has something happen. The example is of what is filled in.
 * @param {Operation} operation
 * @param {Caller} caller
 */
export function commanding({ method, path, summary }, caller) {
  const fields = new CommandFields();
  const url = addressOf(path, []);
  const box = new CopyBox('Example', `the example: ${summary}`);
  const who = el('p', { class: 'quiet' }, 'With the token that was pasted. ', el('a', { href: '#caller' }, 'Change'));
  const attempt = new Try(summary, [warning(), who, fields.node], () => ({
    url, headers: { ...caller.headers(fields.user), 'Idempotency-Key': fields.key }, body: fields.command,
  }), 'Send the command', (result) => fields.follow(result));
  const without = el('p', { class: 'quiet' }, 'This takes a token: paste one under ', el('a', { href: '#caller' }, 'Who calls'), '.');
  const update = () => {
    who.hidden = !caller.hasToken;
    fields.askWho(!caller.hasToken);
    attempt.node.hidden = !dev && !caller.hasToken;
    without.hidden = !attempt.node.hidden;
    const headers = [...caller.shellHeaders(fields.user), quoted(`Idempotency-Key: ${fields.key}`)];
    box.show(curl({ method, url: url.href, headers, body: fields.command }));
  };
  attempt.node.addEventListener('input', update);
  caller.watch(update);
  update();
  return [box.node, el('details', { class: 'try' }, el('summary', {}, 'Try it'), without, attempt.node)];
}

function warning() {
  return el('p', { class: 'really' }, el('b', {}, 'This really happens. '),
    'The command takes effect on this server, is kept for ever, and whoever it concerns is told.');
}

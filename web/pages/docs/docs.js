/** @import { Description } from './description.js' */

import { el, find } from '../shared/dom.js';
import { Caller } from './caller.js';
import { fillContents, foldContents } from './contents.js';
import { readDescription } from './description.js';
import { wireFilter } from './filter.js';
import { operationArticle } from './operation.js';
import { parameterTable } from './parameters.js';
import { schemaSections } from './schema.js';
import { statusTable } from './statuses.js';
import { prose } from './words.js';

const caller = new Caller();

/** Reads the description and shows it, or says why not. Reports whether it could. */
async function load() {
  const about = find('#description', HTMLElement);
  about.replaceChildren(el('p', { class: 'quiet', role: 'status' }, 'Reading the description …'));
  try {
    show(await readDescription());
    return true;
  } catch (thrown) {
    about.replaceChildren(failure(thrown));
    return false;
  }
}

/** @param {unknown} thrown */
function failure(thrown) {
  const again = async () => {
    find(await load() ? '#about-title' : '#description button', HTMLElement).focus({ preventScroll: true });
  };
  return el('div', { class: 'alert', role: 'alert' },
    el('p', {}, `The description of the API could not be read: ${thrown instanceof Error ? thrown.message : thrown}`),
    el('button', { type: 'button', onclick: () => void again() }, 'Try again'));
}

/** @param {Description} description */
function show(description) {
  const { title, version, description: text = '' } = description.info;
  find('#description', HTMLElement).replaceChildren(
    el('p', { class: 'quiet' }, `${[title, version].filter(Boolean).join(' ')}, described as OpenAPI ${description.openapi}`), el('p', {}, prose(text)));
  find('#caller-headers', HTMLElement).replaceChildren(parameterTable('Headers that say who calls', description.callers));
  find('#operation-list', HTMLElement).replaceChildren(...description.operations.map((operation) => operationArticle(operation, description, caller)));
  find('#schema-list', HTMLElement).replaceChildren(...schemaSections(description));
  fillContents(description);
  wireFilter(description.operations);
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

/** Says where this server is. */
function sayAddresses() {
  const base = new URL('v1/', document.baseURI);
  find('#address', HTMLElement).textContent = base.href;
  find('#socket-address', HTMLElement).textContent = new URL('socket', base).href.replace(/^http/, 'ws');
}

sayAddresses();
foldContents();
find('#status-table', HTMLElement).replaceChildren(statusTable());
void load();

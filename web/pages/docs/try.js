import { el } from '../shared/dom.js';
import { span } from '../shared/time.js';

/**
 * @typedef {object} Answer
 * @property {string} said in a line
 * @property {string} body
 * @property {boolean} good
 */

/**
 * A form that sends a request and shows what the server answers. A request that is under way when another is sent is given up.
 */
export class Try {
  #status = el('p', { class: 'status', role: 'status' });
  #body = el('pre', { class: 'result', tabindex: '0', role: 'group', hidden: true });
  #under = new AbortController();
  #request;
  node;

  /**
   * @param {string} title of the operation
   * @param {Node[]} fields
   * @param {() => {url: URL, headers: Record<string, string>}} request
   */
  constructor(title, fields, request) {
    this.#request = request;
    this.#body.setAttribute('aria-label', `The answer: ${title}`);
    this.node = el('form', { 'aria-label': `Try: ${title}`, onsubmit: (event) => void this.#send(event) },
      ...fields, el('button', { class: 'primary' }, 'Send'), this.#status, this.#body);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    this.#under.abort();
    const under = this.#under = new AbortController();
    this.#status.textContent = 'Sent …';
    this.#status.classList.remove('alert');
    const { url, headers } = this.#request();
    const answer = await ask(url, headers, under.signal);
    if (under.signal.aborted) {
      return;
    }
    this.#status.textContent = answer.said;
    this.#status.classList.toggle('alert', !answer.good);
    this.#body.textContent = answer.body;
    this.#body.hidden = answer.body === '';
  }
}

/**
 * @param {URL} url
 * @param {Record<string, string>} headers
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
async function ask(url, headers, signal) {
  const from = performance.now();
  try {
    const response = await fetch(url, { headers, signal, cache: 'no-store' });
    const text = await response.text();
    const took = span(performance.now() - from);
    const { body, problem } = read(text);
    const status = `${response.status} ${response.statusText}`.trim();
    return { said: [`${status}, ${took}`, ...problem].join(' · '), body, good: response.ok };
  } catch (thrown) {
    return { said: `There is no answer: ${thrown instanceof Error ? thrown.message : thrown}`, body: '', good: false };
  }
}

/**
 * An answer made readable, and what went wrong if it tells.
 * @param {string} text
 */
function read(text) {
  try {
    const json = JSON.parse(text);
    return { body: JSON.stringify(json, null, 2), problem: typeof json?.code === 'string' ? [`${json.code}: ${json.detail}`] : [] };
  } catch {
    return { body: text, problem: [] };
  }
}

import { el } from '../shared/dom.js';
import { span } from '../shared/time.js';

/**
 * @typedef {object} Answer
 * @property {string} said in a line
 * @property {string} body
 * @property {boolean} good
 * @property {unknown} [json] that the body is
 */

/**
 * @typedef {object} Request
 * @property {URL} url
 * @property {Record<string, string>} headers
 * @property {unknown} [body] as JSON; with one it is a POST
 */

/**
 * A form that sends a request and shows what the server answers. A request that is under way when another is sent is given up.
 */
export class Try {
  #status = el('p', { class: 'status', role: 'status' });
  #body = el('pre', { class: 'result', tabindex: '0', role: 'group', hidden: true });
  #under = new AbortController();
  #request;
  #done;
  node;

  /**
   * @param {string} title of the operation
   * @param {Node[]} fields
   * @param {() => Request} request
   * @param {string} [send] what is on the button
   * @param {(json: any) => void} [done] is handed each good answer
   */
  constructor(title, fields, request, send = 'Send', done = () => {}) {
    this.#request = request;
    this.#done = done;
    this.#body.setAttribute('aria-label', `The answer: ${title}`);
    this.node = el('form', { 'aria-label': `Try: ${title}`, onsubmit: (event) => void this.#send(event) },
      ...fields, el('button', { class: 'primary' }, send), this.#status, this.#body);
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    this.#under.abort();
    const under = this.#under = new AbortController();
    this.#status.textContent = 'Sent …';
    this.#status.classList.remove('alert');
    const answer = await ask(this.#request(), under.signal);
    if (under.signal.aborted) {
      return;
    }
    this.#status.textContent = answer.said;
    this.#status.classList.toggle('alert', !answer.good);
    this.#body.textContent = answer.body;
    this.#body.hidden = answer.body === '';
    if (answer.good) {
      this.#done(answer.json);
    }
  }
}

/**
 * @param {Request} request
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
async function ask({ url, headers, body: content }, signal) {
  const from = performance.now();
  const post = content !== undefined && { method: 'POST', body: JSON.stringify(content), headers: { ...headers, 'Content-Type': 'application/json' } };
  try {
    const response = await fetch(url, { headers, signal, cache: 'no-store', ...post });
    const text = await response.text();
    const took = span(performance.now() - from);
    const { json, body, problem } = read(text);
    const status = `${response.status} ${response.statusText}`.trim();
    return { said: [`${status}, ${took}`, ...problem].join(' · '), body, good: response.ok, json };
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
    return { json, body: JSON.stringify(json, null, 2), problem: typeof json?.code === 'string' ? [`${json.code}: ${json.detail}`] : [] };
  } catch {
    return { body: text, problem: [] };
  }
}

import { el } from '../shared/dom.js';
import { ago } from '../shared/time.js';

const exactFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const tickEvery = 2_000; // ms

/** How far the server's clock is ahead of that of this machine, in ms. */
let ahead = 0;

/**
 * Takes in what time it is on the server, from which "ago" and "in" are reckoned. A clock that agrees to the second is left alone.
 * @param {string | null} date that an answer has come with just now (RFC 9110)
 */
export function learn(date) {
  const least = Date.parse(date ?? '') - Date.now();
  if (!Number.isNaN(least)) {
    ahead = Math.min(Math.max(ahead, least), least + 1000); // the date is in whole seconds
  }
}

/**
 * Day, time and second.
 * @param {string} at RFC 3339
 */
export function exact(at) {
  return exactFormat.format(new Date(at));
}

/**
 * How long ago something was. It grows by itself.
 * @param {string} at RFC 3339
 */
export function since(at) {
  return el('time', { datetime: at, title: exact(at), 'data-tick': 'since' }, passed(at));
}

/**
 * How long it is until something. It shrinks by itself.
 * @param {string} at RFC 3339
 */
export function until(at) {
  return el('time', { datetime: at, title: exact(at), 'data-tick': 'until' }, left(at));
}

/**
 * Keeps the times on the page right, until the signal is given.
 * @param {AbortSignal} signal
 */
export function tick(signal) {
  const timer = setInterval(() => {
    for (const node of document.querySelectorAll('time[data-tick]')) {
      const at = node.getAttribute('datetime') ?? '';
      const text = node.getAttribute('data-tick') === 'since' ? passed(at) : left(at);
      if (node.textContent !== text) {
        node.textContent = text;
      }
    }
  }, tickEvery);
  signal.addEventListener('abort', () => clearInterval(timer));
}

/** @param {string} at */
function passed(at) {
  return ago(now() - Date.parse(at));
}

/** @param {string} at */
function left(at) {
  const ms = Date.parse(at) - now();
  return ms > 0 ? `in ${ago(ms)}` : 'now';
}

function now() {
  return Date.now() + ahead;
}

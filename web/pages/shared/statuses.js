import { Status, ends, nameOf } from '../../sdk/callout.js';
import { el } from './dom.js';

/**
 * A status as a pill: its code and name, and a colour for what it waits for.
 * @param {number} code
 */
export function pill(code) {
  return el('span', { class: `pill ${kind(code)}` }, `${code} ${nameOf(code)}`);
}

/** @param {number} code */
function kind(code) {
  if (code === Status.ORDER_COMPLETE) {
    return 'done';
  }
  if (ends(code)) {
    return 'over';
  }
  return code === Status.PLACED || code === Status.BROADCASTED || code === Status.ACCEPTED ? 'wait' : 'work';
}

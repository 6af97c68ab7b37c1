/** @import { Caller } from '../shared/api.js' */

const key = 'callout.console';

/**
 * Who is signed in in this tab, or null. Another tab knows nothing of it, and it is gone with the tab.
 * @returns {Caller | null}
 */
export function kept() {
  try {
    const caller = JSON.parse(sessionStorage.getItem(key) ?? 'null');
    return typeof caller?.token === 'string' || typeof caller?.userId === 'string' ? caller : null;
  } catch {
    return null; // a browser may deny the storage; then a reload signs out
  }
}

/**
 * Keeps who is signed in; null: nobody.
 * @param {Caller | null} caller
 */
export function keep(caller) {
  try {
    if (caller) {
      sessionStorage.setItem(key, JSON.stringify(caller));
    } else {
      sessionStorage.removeItem(key);
    }
  } catch {
    // as above
  }
}

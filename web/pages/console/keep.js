/** @import { Caller } from '../shared/api.js' */

const key = 'callout.console';

/**
 * Who is signed in in this tab, or null. A tab that is duplicated from this one, or that a script of its page opens, begins with a copy of
 * its own; other tabs know nothing of it. It goes with the tab, and comes back if the browser restores that.
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

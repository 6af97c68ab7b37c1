/** @import { Cursor } from './types.js' */

/**
 * Keeps a cursor as long as the page or the process lives.
 */
export class MemoryCursor {
  /** @type {Cursor | null} */
  #cursor = null;

  load() {
    return this.#cursor;
  }

  /** @param {Cursor} cursor */
  save(cursor) {
    this.#cursor = { ...cursor };
  }
}

/**
 * Keeps a cursor in the browser under a key. In localStorage, the default, it is that of one installation for all its tabs, of which
 * one at a time should have a socket; in sessionStorage it is that of one tab.
 */
export class StorageCursor {
  #key;
  #storage;

  /**
   * @param {string} [key]
   * @param {Pick<Storage, 'getItem' | 'setItem'>} [storage]
   */
  constructor(key = 'callout.cursor', storage = globalThis.localStorage) {
    if (!storage) {
      throw new TypeError('this runtime has no localStorage: pass what is to take its place');
    }
    this.#key = key;
    this.#storage = storage;
  }

  load() {
    const text = this.#storage.getItem(this.#key);
    if (text === null) {
      return null;
    }
    const kept = /** @type {Partial<Cursor>} */ (JSON.parse(text));
    if (typeof kept.userId !== 'string' || typeof kept.device !== 'string' || !Number.isSafeInteger(kept.seq)) {
      throw new TypeError(`what is kept under ${this.#key} is no cursor`);
    }
    return { userId: kept.userId, device: kept.device, seq: Number(kept.seq), of: String(kept.of ?? '') };
  }

  /** @param {Cursor} cursor */
  save(cursor) {
    this.#storage.setItem(this.#key, JSON.stringify(cursor));
  }
}

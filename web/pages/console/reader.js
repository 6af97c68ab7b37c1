/** @import { Troubles } from './troubles.js' */

import { ApiError } from '../shared/api.js';

const least = 500; // ms from the beginning of a read to that of the next
const retry = 5_000; // ms after one that has failed
const longest = 15_000; // ms that one may take

/**
 * Something that is shown as the server has it.
 * @template T
 * @typedef {object} Reading
 * @property {string} what is read, in words
 * @property {(signal: AbortSignal) => Promise<T>} read
 * @property {(result: T) => void} took
 * @property {(error: ApiError) => void} [wrong] is told that there is no such thing, or that it was asked for wrongly
 * @property {(result: T) => number} [again] how long a result is good for, in ms; 0: until it is stale
 */

/**
 * Reads something again whenever it has become stale, about twice a second at most, and after the last time that it has. Nothing is read while
 * the page is hidden; it is when the page is shown again.
 * @template T
 */
export class Reader {
  #reading;
  #troubles;
  #end = new AbortController();
  /** @type {AbortController | null} of the read that is under way */
  #current = null;
  #stale = false;
  #began = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Reading<T>} reading
   * @param {Troubles} troubles
   */
  constructor(reading, troubles) {
    this.#reading = reading;
    this.#troubles = troubles;
    document.addEventListener('visibilitychange', () => this.#stale && this.stale(), { signal: this.#end.signal });
  }

  /** Says that what was read last may be so no longer. */
  stale() {
    this.#stale = true;
    if (!this.#current) {
      this.#plan(this.#began + least - performance.now());
    }
  }

  /** Has it read at once. What a read that is under way brings is not wanted any more. */
  restart() {
    this.#drop();
    this.#stale = true;
    this.#plan(0);
  }

  /** Reads no more until it is told again that something is stale. */
  pause() {
    this.#drop();
    this.#stale = false;
    clearTimeout(this.#timer);
    this.#troubles.fine(this.#reading.what);
  }

  /** Reads no more, whatever it is told. */
  stop() {
    this.pause();
    this.#end.abort();
  }

  #drop() {
    this.#current?.abort();
    this.#current = null;
  }

  /** @param {number} wait */
  #plan(wait) {
    clearTimeout(this.#timer);
    if (!this.#end.signal.aborted) {
      this.#timer = setTimeout(() => void this.#run(), wait);
    }
  }

  async #run() {
    if (document.hidden) {
      this.#stale = true;
      return;
    }
    this.#stale = false;
    this.#began = performance.now();
    const current = this.#current = new AbortController();
    const wait = await this.#read(current);
    if (this.#current !== current) {
      return;
    }
    this.#current = null;
    if (this.#stale) {
      this.stale();
    } else if (wait > 0) {
      this.#plan(wait);
    }
  }

  /**
   * Reads once, and gives how long to wait before the next time; 0: until somebody asks for it.
   * @param {AbortController} current
   */
  async #read(current) {
    const { what, read, took, wrong, again } = this.#reading;
    try {
      const result = await read(AbortSignal.any([current.signal, AbortSignal.timeout(longest)]));
      if (this.#current !== current) {
        return 0;
      }
      this.#troubles.fine(what);
      took(result);
      return again?.(result) ?? 0;
    } catch (thrown) {
      if (this.#current !== current) {
        return 0;
      }
      if (wrong && thrown instanceof ApiError && [400, 404, 422].includes(thrown.status)) {
        this.#troubles.fine(what);
        wrong(thrown);
        return 0;
      }
      this.#troubles.failed(what, thrown);
      return retry;
    }
  }
}

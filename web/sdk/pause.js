const wakers = ['online', 'pageshow']; // of the window's events

/** Waits between attempts: each twice as long as the last, up to a most, and jittered by half of it either way. */
export class Pause {
  #least;
  #most;
  #now;

  /**
   * @param {number} least in milliseconds
   * @param {number} most in milliseconds
   */
  constructor(least, most) {
    this.#least = this.#now = least;
    this.#most = most;
  }

  next() {
    const wait = this.#now * (0.5 + Math.random());
    this.#now = Math.min(2 * this.#now, this.#most);
    return wait;
  }

  reset() {
    this.#now = this.#least;
  }
}

/**
 * Waits so long, in milliseconds, or until the signal is given or the browser says that it is online again, or shows the page again.
 * A page that is left meanwhile waits for that, however long.
 * @param {number} wait
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function sleep(wait, signal) {
  return new Promise((resolve) => {
    const timer = wait < Infinity ? setTimeout(end, wait) : undefined;
    globalThis.addEventListener?.('pagehide', leave);
    signal.addEventListener('abort', end, { once: true });
    for (const type of wakers) {
      globalThis.addEventListener?.(type, end, { once: true });
    }
    if (signal.aborted) {
      end();
    }

    function leave() {
      clearTimeout(timer);
    }

    function end() {
      clearTimeout(timer);
      globalThis.removeEventListener?.('pagehide', leave);
      signal.removeEventListener('abort', end);
      for (const type of wakers) {
        globalThis.removeEventListener?.(type, end);
      }
      resolve();
    }
  });
}

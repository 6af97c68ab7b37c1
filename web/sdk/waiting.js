/**
 * Waits until begin's argument has been called, or the signal is given.
 * @param {AbortSignal | undefined} signal
 * @param {(resolve: () => void) => void} begin
 * @returns {Promise<void>}
 */
export function until(signal, begin) {
  return new Promise((resolve) => {
    const end = () => {
      signal?.removeEventListener('abort', end);
      resolve();
    };
    signal?.addEventListener('abort', end, { once: true });
    begin(end);
    if (signal?.aborted) {
      end();
    }
  });
}

/**
 * What a promise comes to, unless the signal is given before: then that is thrown.
 * @template T
 * @param {AbortSignal} signal
 * @param {T | Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function unless(signal, promise) {
  let stop = () => {};
  const aborted = new Promise((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  if (signal.aborted) {
    stop();
  }
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (aborted)]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Calls what the program wants to be told by. What it throws is the program's, and changes nothing here.
 * @template {unknown[]} A
 * @param {((...args: A) => void) | null | undefined} listener
 * @param {A} args
 */
export function tell(listener, ...args) {
  try {
    listener?.(...args);
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}

/**
 * Who calls: by a token, or in development mode by name.
 * @typedef {{token: string} | {userId: string, role: import('../../sdk/callout.js').Role}} Caller
 */

/** What went wrong, as the server tells it (RFC 9457), or that it could not be reached. */
export class ApiError extends Error {
  /**
   * @param {number} status of HTTP; 0: there was no answer
   * @param {string} code of Callout
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

/** The HTTP API of the server that this page is from. */
export class Api {
  /** @type {Record<string, string>} */
  #headers;
  #answered;

  /**
   * @param {Caller} caller
   * @param {(date: string | null) => void} [answered] is told the Date of each answer
   */
  constructor(caller, answered) {
    this.#answered = answered;
    this.#headers = 'token' in caller
      ? { Authorization: `Bearer ${caller.token}` }
      : { 'Callout-User': caller.userId, 'Callout-Role': caller.role };
  }

  /**
   * Reads something under /v1/. Query parameters that are empty are left out.
   * @param {string} path
   * @param {Record<string, string | number | boolean | undefined>} [query]
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  get(path, query = {}, signal) {
    const url = address(path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== '' && value !== undefined && value !== false) {
        url.searchParams.set(name, String(value));
      }
    }
    return this.#fetch(url, { signal: signal ?? null });
  }

  /**
   * Has a command take effect. Under the same key it may be sent again.
   * @param {import('../../sdk/callout.js').Command} command
   * @param {string} key
   * @returns {Promise<{orderId: string, version: number, order: import('../../sdk/callout.js').Order}>}
   */
  command(command, key) {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key };
    return this.#fetch(address('commands'), { method: 'POST', headers, body: JSON.stringify(command) });
  }

  /**
   * @param {URL} url
   * @param {RequestInit} init
   */
  async #fetch(url, init) {
    let response;
    try {
      response = await fetch(url, { ...init, headers: { ...this.#headers, .../** @type {Record<string, string>} */ (init.headers) }, cache: 'no-store' });
    } catch (thrown) {
      if (init.signal?.aborted) {
        throw thrown;
      }
      throw new ApiError(0, 'unavailable', 'the server cannot be reached');
    }
    this.#answered?.(response.headers.get('Date'));
    const body = await response.json().catch(() => null);
    if (!response.ok || body === null) {
      throw new ApiError(response.status, body?.code ?? 'internal', body ? wordsOf(body) : `the server answers ${response.status}`);
    }
    return body;
  }
}

/**
 * What a problem says: its detail, and what is wrong where.
 * @param {{detail?: string, title?: string, errors?: {message?: string, location?: string}[]}} problem
 */
function wordsOf({ detail, title, errors = [] }) {
  const wrong = errors.map(({ message, location }) => `${location ?? ''} ${message ?? ''}`.trim());
  return [detail ?? title ?? 'something went wrong', ...wrong].join('; ');
}

/** @param {string} path */
function address(path) {
  return new URL(`v1/${path}`, document.baseURI);
}

/** @import { WebSocketClass, WebSocketLike } from './types.js' */

import { CloseError, ProtocolFault } from './errors.js';

const closeWithin = 50; // ms after an error, which does not say why

export const subprotocol = 'callout.v1';

/** Says that the connection was lost without a word. */
export class LostError extends Error {
  /** @param {string} [how] */
  constructor(how = 'the connection was lost') {
    super(how);
    this.name = 'LostError';
  }
}

/** Says that the page was left: until it is shown again, it has no use for a connection. */
export class LeftError extends LostError {
  constructor() {
    super('the page was left');
    this.name = 'LeftError';
  }
}

/** @typedef {{type: string} & Record<string, any>} Frame */

/** One connection: frames in, one after the other, and frames out. Who has it closes it. */
export class Link {
  /** @type {WebSocketLike} */
  #socket;
  /** @type {Frame[]} that have come and were not read */
  #frames = [];
  /** @type {Error | null} why nothing more comes */
  #over = null;
  /** @type {Frame | null} */
  #goodbye = null;
  /** Ends the wait for a frame, or for the end. */
  #wake = () => {};
  /** @type {(opened: boolean) => void} */
  #settle = () => {};
  /** Ends the connection of a page that is left, which a browser may keep with the page: the server would take its user to be there. */
  #left = () => this.cut(new LeftError());
  /** When something was heard last, by performance.now(). */
  heard = performance.now();

  /**
   * @param {WebSocketClass} WebSocket
   * @param {string} url
   */
  constructor(WebSocket, url) {
    this.#socket = new WebSocket(url, [subprotocol]);
    this.#socket.addEventListener('message', (event) => this.#message(event.data));
    this.#socket.addEventListener('close', (event) => this.#end(this.#why(event)));
    // A close that says more follows, but in some runtimes none does where the connection was never there.
    this.#socket.addEventListener('error', () => setTimeout(() => this.#end(new LostError()), closeWithin));
    this.#socket.addEventListener('open', () => this.#open());
    globalThis.addEventListener?.('pagehide', this.#left);
    /** Whether the connection has come about. */
    this.opened = new Promise((/** @type {(opened: boolean) => void} */ resolve) => {
      this.#settle = resolve;
    });
  }

  #open() {
    this.heard = performance.now();
    this.#settle(true);
  }

  /** @param {object} frame */
  write(frame) {
    this.writeText(JSON.stringify(frame));
  }

  /** @param {string} text */
  writeText(text) {
    if (this.#socket.readyState === 1) {
      this.#socket.send(text);
    }
  }

  /**
   * Gives the next frame, or throws why there is none: once the connection is over, or was cut.
   * @returns {Promise<Frame>}
   */
  async read() {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame) {
        return frame;
      }
      if (this.#over) {
        throw this.#over;
      }
      await new Promise((resolve) => {
        this.#wake = () => resolve(undefined);
      });
    }
  }

  /**
   * Ends the connection as it is, for a reason of this side's.
   * @param {Error} why
   */
  cut(why) {
    this.#frames = [];
    this.#end(why);
    this.#socket.close();
    this.#socket.terminate?.(); // where there is such a thing: a peer that is silent would keep the socket
  }

  /** Says goodbye. The connection is over when the server has agreed, or when it is cut. */
  close() {
    this.#socket.close(1000);
  }

  /** @param {unknown} data */
  #message(data) {
    this.heard = performance.now();
    if (this.#over) {
      return;
    }
    let frame;
    try {
      frame = typeof data === 'string' ? JSON.parse(data) : undefined;
    } catch {
      // it is said below
    }
    if (typeof frame !== 'object' || frame === null || typeof frame.type !== 'string') {
      this.#end(new ProtocolFault('a frame that is no JSON object with a type'));
      this.#socket.close();
      return;
    }
    if (frame.type === 'goodbye') {
      this.#goodbye = frame;
      return;
    }
    this.#frames.push(frame);
    this.#wake();
  }

  /** @param {Error} why */
  #end(why) {
    this.#over ??= why;
    globalThis.removeEventListener?.('pagehide', this.#left);
    this.#settle(false);
    this.#wake();
  }

  /** @param {{code?: number, reason?: string}} event */
  #why({ code = 1006, reason = '' }) {
    const goodbye = this.#goodbye;
    const unsaid = code === 1005 || code === 1006; // no close frame has come
    if (unsaid && !goodbye) {
      return new LostError();
    }
    return new CloseError(unsaid ? Number(goodbye?.code) : code, goodbye ? String(goodbye.reason ?? '') : reason, {
      afterMs: Number(goodbye?.afterMs ?? 0),
      stay: goodbye?.reconnect === false,
    });
  }
}

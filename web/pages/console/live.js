/** @import { Caller } from '../shared/api.js' */

import { CloseCode, CloseError, Socket } from '../../sdk/callout.js';

const pollEvery = 10_000; // ms, while there are no hints

/**
 * Who is told what becomes of orders, and of the connection.
 * @typedef {object} Watcher
 * @property {(orderIds: Set<string> | null) => void} happened to these orders; null: to any
 * @property {(live: boolean, userId: string) => void} connection whether hints come, and to whom
 * @property {(why: string) => void} ended that there is no connection to be had any more
 */

/** The hints of the server that there is something to read again. After each time without a connection everything is. */
export class Live {
  #socket;
  #watcher;
  #poll;
  #stopped = false;

  /**
   * @param {Caller} caller
   * @param {Watcher} watcher
   */
  constructor(caller, watcher) {
    this.#watcher = watcher;
    this.#socket = new Socket({
      url: new URL('.', document.baseURI).href,
      ...('token' in caller ? { token: () => caller.token } : caller),
      onConnection: (connected) => this.#connection(connected),
      onWatch: (happened, missed) => watcher.happened(missed ? null : new Set(happened.map(({ orderId }) => orderId))),
    });
    this.#poll = setInterval(() => this.#socket.connected || watcher.happened(null), pollEvery);
    void this.#run();
  }

  stop() {
    this.#stopped = true;
    clearInterval(this.#poll);
    void this.#socket.close();
  }

  /** @param {boolean} connected */
  #connection(connected) {
    if (this.#stopped) {
      return;
    }
    this.#watcher.connection(connected, this.#socket.userId);
    if (connected) {
      this.#watcher.happened(null);
    }
  }

  async #run() {
    let why;
    try {
      await this.#socket.open();
      for await (const received of this.#socket.orderStatuses()) {
        void received; // the operator's own commands, of which the hints tell as well
      }
      why = wordsOf(this.#socket.error);
    } catch (thrown) {
      why = wordsOf(thrown);
    }
    if (!this.#stopped) {
      this.#watcher.ended(why);
    }
  }
}

/** @param {unknown} error that has ended a socket */
function wordsOf(error) {
  if (!(error instanceof CloseError)) {
    return `The connection has ended: ${error instanceof Error ? error.message : error}.`;
  }
  switch (error.code) {
    case CloseCode.TOKEN_EXPIRED:
      return 'Your token has expired. Sign in with a new one.';
    case CloseCode.LOGGED_OUT:
      return 'Your sessions have been ended. Sign in again.';
    case CloseCode.FORBIDDEN: // as is a backend, which the HTTP API lets read what operators do
      return `You are not let in: ${error.reason}. Only an operator’s token can be used here.`;
    default:
      return `The server has ended the connection: ${error.reason || `code ${error.code}`}.`;
  }
}

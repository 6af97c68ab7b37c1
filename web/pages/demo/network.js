/**
 * What is seen of a phone's network.
 * @typedef {{type: 'sent' | 'received', frame: {type: string} & Record<string, any>, at: number}
 *   | {type: 'closed', code: number, at: number}
 *   | {type: 'cut' | 'back', at: number}} Seen
 */

const gone = 1006; // the close code of a connection that was lost without a word

/**
 * The network of one phone: WebSockets that can be watched, and cut like those of a phone that is taken into a tunnel. The server is not told of
 * a cut; what it sends into it is lost, as it would be there.
 */
export class Network {
  /** @type {Set<CutSocket>} */
  #sockets = new Set();
  #cut = false;
  #see;
  /** What takes the place of the browser's WebSocket. */
  WebSocket;

  /** @param {(seen: Seen) => void} see */
  constructor(see) {
    this.#see = see;
    const network = this;
    this.WebSocket = class extends CutSocket {
      /**
       * @param {string} url
       * @param {string[]} protocols
       */
      constructor(url, protocols) {
        super(url, protocols, see);
        network.#sockets.add(this);
        this.addEventListener('close', () => network.#sockets.delete(this));
        if (!network.#cut) {
          this.dial();
        }
      }
    };
  }

  get cut() {
    return this.#cut;
  }

  /** Cuts every connection that there is. New ones wait for restore. */
  sever() {
    this.#cut = true;
    this.#see({ type: 'cut', at: Date.now() });
    for (const socket of [...this.#sockets]) {
      socket.lose();
    }
  }

  restore() {
    this.#cut = false;
    this.#see({ type: 'back', at: Date.now() });
    for (const socket of this.#sockets) {
      socket.dial();
    }
    globalThis.dispatchEvent(new Event('online')); // as a browser says it: whoever waits to try again need wait no longer
  }
}

/** A WebSocket on a network that may be cut. */
class CutSocket extends EventTarget {
  /** @type {WebSocket | null} */
  #real = null;
  #over = false;
  #hungUp = new AbortController();
  #url;
  #protocols;
  #see;

  /**
   * @param {string} url
   * @param {string[]} protocols
   * @param {(seen: Seen) => void} see
   */
  constructor(url, protocols, see) {
    super();
    this.#url = url;
    this.#protocols = protocols;
    this.#see = see;
  }

  get readyState() {
    return this.#over ? WebSocket.CLOSED : this.#real?.readyState ?? WebSocket.CONNECTING;
  }

  /** Connects, if that has not been tried. */
  dial() {
    if (this.#real || this.#over) {
      return;
    }
    const real = new WebSocket(this.#url, this.#protocols);
    this.#real = real;
    real.addEventListener('open', () => this.#pass(new Event('open')));
    real.addEventListener('error', () => this.#pass(new Event('error')));
    real.addEventListener('message', ({ data }) => {
      if (!this.#over) {
        this.#see({ type: 'received', frame: JSON.parse(data), at: Date.now() });
        this.dispatchEvent(new MessageEvent('message', { data }));
      }
    });
    const { signal } = this.#hungUp;
    addEventListener('pagehide', () => real.close(), { signal }); // a browser may keep the page, and its connections, for the way back
    real.addEventListener('close', ({ code, reason }) => {
      this.#hungUp.abort();
      this.#close(code, reason);
    });
  }

  /** @param {string} data */
  send(data) {
    if (!this.#over) {
      this.#see({ type: 'sent', frame: JSON.parse(data), at: Date.now() });
      this.#real?.send(data);
    }
  }

  /**
   * @param {number} [code]
   * @param {string} [reason]
   */
  close(code, reason) {
    if (this.#over) {
      return; // whoever is behind a cut hears nothing of it
    }
    if (this.#real) {
      this.#real.close(code, reason);
    } else {
      this.#close(gone, '');
    }
  }

  /** The network is gone. The other side may think otherwise until the next connection of this device. */
  lose() {
    this.#close(gone, '');
  }

  /** @param {Event} event */
  #pass(event) {
    if (!this.#over) {
      this.dispatchEvent(event);
    }
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #close(code, reason) {
    if (this.#over) {
      return;
    }
    this.#over = true;
    this.#see({ type: 'closed', code, at: Date.now() });
    this.dispatchEvent(new CloseEvent('close', { code, reason }));
  }
}

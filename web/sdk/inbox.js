/** @import { Received } from './types.js' */

import { ProtocolFault } from './errors.js';
import { ends } from './statuses.js';

/**
 * Names an event as a cursor does.
 * @param {Received} received
 */
export function eventName(received) {
  return received.reset ? '' : `${received.orderId}/${received.version}`;
}

/**
 * Where this device stands in the inbox of its user. The events from done to read wait for the program, one of them in its hand
 * and the others in the queue. There are never more of them than the window, since the server sends no more.
 */
export class Inbox {
  /** The position is known, from a cursor or a welcome. */
  placed = false;
  /** The last seq that has come in. */
  read = 0;
  /** The last seq that the program has finished, and that event. */
  done = 0;
  of = '';
  /** @type {Received[]} */
  queue = [];
  /** @type {Received | null} what the program is busy with */
  hand = null;
  /** The program has finished the end of an order since the socket was opened. */
  ended = false;

  // The server takes acknowledgements only of what it has sent in the present connection.
  #heard = 0;
  #acked = 0;
  #window;

  /** @param {number} window */
  constructor(window) {
    this.#window = window;
  }

  /**
   * Sets a position from which nothing is known.
   * @param {number} seq
   * @param {string} of
   */
  place(seq, of) {
    this.placed = true;
    this.read = this.done = seq;
    this.of = of;
    this.queue = [];
    this.hand = null;
    this.ended = false;
  }

  /**
   * Begins a connection in which the first event will be from+1.
   * @param {number} from
   */
  connected(from) {
    if (from > this.read) {
      throw new ProtocolFault(`it goes on after event ${from}; the last one that came is ${this.read}`);
    }
    this.#heard = this.#acked = from;
  }

  /**
   * Takes an event in, and reports whether it is a new one.
   * @param {Received} received
   */
  accept(received) {
    if (received.seq !== this.#heard + 1) {
      throw new ProtocolFault(`event ${received.seq} came after ${this.#heard}`);
    }
    if (received.seq > this.read && this.read - this.done >= this.#window) {
      throw new ProtocolFault(`event ${received.seq} came while ${this.#window} were unacknowledged`);
    }
    this.#heard = received.seq;
    if (received.seq <= this.read) {
      return false;
    }
    this.read = received.seq;
    this.queue.push(received);
    return true;
  }

  /** Puts the next event into the program's hand. */
  take() {
    if (this.hand) {
      return null;
    }
    this.hand = this.queue.shift() ?? null;
    return this.hand;
  }

  /** Notes that the program has done with what is in its hand. */
  finish() {
    if (this.hand) {
      this.done = this.hand.seq;
      this.of = eventName(this.hand);
      this.ended ||= ends(this.hand.orderStatusAsInt);
      this.hand = null;
    }
  }

  /** What to acknowledge now; 0: nothing. */
  ack() {
    const seq = Math.min(this.done, this.#heard);
    if (seq <= this.#acked) {
      return 0;
    }
    this.#acked = seq;
    return seq;
  }
}

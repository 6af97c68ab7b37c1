/** @import { Command, Received } from './types.js' */

import { UndecidedError, errorOf } from './errors.js';
import { Pause } from './pause.js';

/** How many commands of a socket may wait for their outcome. */
export const mostPending = 256;

/** A command whose outcome is not known. */
export class Pending {
  /** It may have reached the server, in this connection or an earlier one. */
  written = false;
  /** It has been written in this connection, and the server has not asked for it again. */
  asked = false;
  /** Not to be written before, by performance.now(). */
  due = 0;

  /**
   * @param {Command & {id: string}} command
   * @param {string} frame
   * @param {Pause} pause
   * @param {(received: Received) => void} resolve
   * @param {(error: Error) => void} reject
   */
  constructor(command, frame, pause, resolve, reject) {
    this.command = command;
    this.frame = frame;
    this.pause = pause;
    this.resolve = resolve;
    this.reject = reject;
  }

  /**
   * What is said of a command that was waiting when cause came.
   * @param {unknown} cause
   */
  undecided(cause) {
    return this.written ? new UndecidedError(this.command, cause) : errorOf(cause);
  }
}

/** The commands whose outcome is not known, in the order in which they were handed in. */
export class Outbox {
  /** @type {Map<string, Pending>} by id */
  #waiting = new Map();

  get size() {
    return this.#waiting.size;
  }

  /** @param {Pending} pending */
  add(pending) {
    this.#waiting.set(pending.command.id, pending);
  }

  /** @param {string} id */
  find(id) {
    return this.#waiting.get(id);
  }

  /**
   * Takes a command out, and reports whether it was there.
   * @param {Pending} pending
   */
  remove(pending) {
    return this.#waiting.get(pending.command.id) === pending && this.#waiting.delete(pending.command.id);
  }

  /** Takes all commands out. */
  empty() {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    return all;
  }

  /** Has all commands sent, and sent again, in a new connection. */
  connected() {
    for (const pending of this.#waiting.values()) {
      pending.asked = false;
      pending.due = 0;
    }
  }

  /**
   * Has a command sent again after a while.
   * @param {Pending} pending
   * @param {number} now
   */
  again(pending, now) {
    pending.asked = false;
    pending.due = now + pending.pause.next();
  }

  /**
   * Gives the frames to write now, and how long until there is another, in milliseconds; 0: not before something else happens.
   * @param {number} now
   */
  take(now) {
    const frames = [];
    let wait = 0;
    for (const pending of this.#waiting.values()) {
      if (pending.asked) {
        continue;
      }
      const left = pending.due - now;
      if (left > 0) {
        wait = wait === 0 ? left : Math.min(wait, left);
        continue;
      }
      pending.asked = pending.written = true;
      frames.push(pending.frame);
    }
    return { frames, wait };
  }
}

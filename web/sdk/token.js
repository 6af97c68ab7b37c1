/** @import { Frame, Link } from './link.js' */
/** @import { Life } from './socket.js' */

const ahead = 60_000; // ms before a token expires in which the next one is asked for, or a tenth of its life
const retry = 5_000; // ms after that once more, when there is none or the server has not taken it
const least = 1_000; // ms at least from one to the next
const longest = 2 ** 31 - 1; // ms that a timer can wait

/**
 * Says a new token before the one that a connection goes by expires, as often as it takes. A token that the server does not answer,
 * such as while it cannot have the keys, is asked for and said once more.
 */
export class TokenKeeper {
  #token;
  #life;
  #link;
  #behind; // of the server's clock, and what the welcome took, in ms
  #over = false;
  /** @type {string[]} what has been said since to take the token's place, and has no answer yet */
  #said = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {(() => string | Promise<string>) | null} token
   * @param {Life} life
   * @param {Link} link
   * @param {Frame} welcome
   */
  constructor(token, life, link, welcome) {
    this.#token = token;
    this.#life = life;
    this.#link = link;
    this.#behind = Date.now() - Date.parse(welcome.now);
    if (token && welcome.expiresAt) {
      this.#wait(welcome.expiresAt);
    }
  }

  /**
   * Notes that the server goes by a new token. Which one, it does not say. The first of those that have no answer is the safe guess: an
   * older token that counts as expired costs nothing, and a good one would end the socket.
   * @param {string} expiresAt
   */
  taken(expiresAt) {
    const token = this.#said.shift();
    if (token !== undefined) {
      this.#life.token = token;
      this.#wait(expiresAt);
    }
  }

  stop() {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  /** @param {string} expiresAt */
  #wait(expiresAt) {
    const left = Date.parse(expiresAt) + this.#behind - Date.now();
    this.#after(Math.max(left - Math.min(ahead, left / 10), least));
  }

  /** @param {number} wait */
  #after(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (wait > longest ? this.#after(wait - longest) : void this.#say()), Math.min(wait, longest));
  }

  async #say() {
    let token = '';
    try {
      token = (await this.#token?.()) ?? '';
    } catch {
      // asked once more, below
    }
    if (this.#over) {
      return;
    }
    if (token && token !== this.#life.token) {
      this.#said.push(token);
      this.#link.write({ type: 'token', token });
    }
    this.#after(retry);
  }
}

import { ApiError } from '../shared/api.js';
import { show } from '../shared/dom.js';

/** What could not be read, in the one line for it. It goes away when it could be read again. */
export class Troubles {
  #node;
  #refused;
  /** @type {Map<string, string>} what could not be read, and why */
  #known = new Map();

  /**
   * @param {HTMLElement} node
   * @param {(why: string) => void} refused is told that the server does not let the operator in any more
   */
  constructor(node, refused) {
    this.#node = node;
    this.#refused = refused;
  }

  /**
   * @param {string} what
   * @param {unknown} error
   */
  failed(what, error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
      this.#refused(`The server lets you in no longer: ${error.message}.`);
      return;
    }
    this.#known.set(what, messageOf(error));
    this.#show();
  }

  /** @param {string} what */
  fine(what) {
    if (this.#known.delete(what)) {
      this.#show();
    }
  }

  #show() {
    const [why] = this.#known.values();
    const text = why === undefined ? '' : `Could not read ${[...this.#known.keys()].join(', ')}: ${why}. It is tried again.`;
    this.#node.hidden = !text;
    show(this.#node, text, () => text);
  }
}

/** @param {unknown} error */
function messageOf(error) {
  if (error instanceof DOMException) {
    return 'the server does not answer';
  }
  return error instanceof Error ? error.message : String(error);
}

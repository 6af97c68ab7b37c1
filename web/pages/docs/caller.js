import { find } from '../shared/dom.js';
import { quoted } from './curl.js';

/** @typedef {{user: string, role: string}} User */

/** Whether the server runs in development mode, where anybody may be anybody. */
export const dev = document.documentElement.hasAttribute('data-dev');

/** Who calls when something is tried and in the examples, as the page's form has it. A token stays in that form. */
export class Caller {
  #form = find('#caller', HTMLFieldSetElement);
  #user = find('#caller-user', HTMLInputElement);
  #role = find('#caller-role', HTMLSelectElement);
  #token = find('#caller-token', HTMLInputElement);

  /**
   * Calls when somebody else calls.
   * @param {() => void} changed
   */
  watch(changed) {
    this.#form.addEventListener('input', changed);
  }

  /** Whether a token was pasted. */
  get hasToken() {
    return this.#token.value.trim() !== '';
  }

  /** Says who it is, in a sentence. */
  get said() {
    if (this.hasToken) {
      return 'With the token that was pasted.';
    }
    return dev ? `As ${this.#role.value} ${this.#user.value.trim()}.` : 'Without a token.';
  }

  /**
   * The headers that a request of this page says it with.
   * @param {User} [as] in development mode without a token, whom to name in place of the form's
   * @returns {Record<string, string>}
   */
  headers(as = this.#named) {
    if (this.hasToken) {
      return { Authorization: `Bearer ${this.#token.value.trim()}` };
    }
    return dev ? { 'Callout-User': as.user, 'Callout-Role': as.role } : {};
  }

  /**
   * The same for a shell, with the token in a variable.
   * @param {User} [as]
   * @returns {string[]}
   */
  shellHeaders(as = this.#named) {
    if (!dev || this.hasToken) {
      return ['"Authorization: Bearer $TOKEN"'];
    }
    return [quoted(`Callout-User: ${as.user}`), quoted(`Callout-Role: ${as.role}`)];
  }

  get #named() {
    return { user: this.#user.value.trim(), role: this.#role.value };
  }
}

import { find } from '../shared/dom.js';
import { quoted } from './curl.js';

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

  /** Says who it is, in a sentence. */
  get said() {
    if (this.#token.value.trim()) {
      return 'With the token that was pasted.';
    }
    return dev ? `As ${this.#role.value} ${this.#user.value.trim()}.` : 'Without a token.';
  }

  /**
   * The headers that a request of this page says it with.
   * @returns {Record<string, string>}
   */
  get headers() {
    const token = this.#token.value.trim();
    if (token) {
      return { Authorization: `Bearer ${token}` };
    }
    return dev ? { 'Callout-User': this.#user.value.trim(), 'Callout-Role': this.#role.value } : {};
  }

  /**
   * The same for a shell, with the token in a variable.
   * @param {{user: string, role: string}} [as] in development mode, whom to name in place of the form's
   * @returns {string[]}
   */
  shellHeaders(as = { user: this.#user.value.trim(), role: this.#role.value }) {
    if (!dev || this.#token.value.trim()) {
      return ['"Authorization: Bearer $TOKEN"'];
    }
    return [quoted(`Callout-User: ${as.user}`), quoted(`Callout-Role: ${as.role}`)];
  }
}

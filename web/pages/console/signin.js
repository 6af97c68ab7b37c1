/** @import { Caller } from '../shared/api.js' */

import { newName } from '../../sdk/ids.js';
import { Api } from '../shared/api.js';
import { el } from '../shared/dom.js';

/**
 * The view of somebody who is not signed in.
 * @param {object} options
 * @param {boolean} options.dev whether the server lets anybody in who says a name
 * @param {string} options.why they are no longer signed in; empty: they never were
 * @param {(caller: Caller) => void} options.signedIn is told of a caller whom the server has let in as an operator
 */
export function signIn({ dev, why, signedIn }) {
  const alert = el('p', { class: 'alert', hidden: !why }, why);
  const token = el('input', {
    id: 'token', type: 'password', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', required: true, 'aria-describedby': 'token-hint',
  });
  const buttons = [
    el('button', { class: 'primary', type: 'submit' }, 'Sign in'),
    ...(dev ? [el('button', { type: 'button', onclick: () => attempt(somebody()) }, 'Continue as an operator')] : []),
  ];
  const form = el('form', { onsubmit: submitted },
    el('label', { for: 'token' }, 'An operator’s token'), token,
    el('p', { id: 'token-hint', class: 'quiet' }, 'On the server, ', el('code', {}, 'callout token --user me --role operator'),
      ' makes one. It is kept in this tab until you sign out; a tab that you duplicate from it has it, too.'),
    el('div', { class: 'buttons' }, buttons),
    dev && el('p', { class: 'quiet' }, 'This server runs in development mode: who says a name is let in.'));
  return el('section', { class: 'signin card', 'aria-labelledby': 'signin' }, el('h2', { id: 'signin' }, 'Sign in'),
    el('div', { role: 'alert' }, alert), form);

  /** @param {SubmitEvent} event */
  function submitted(event) {
    event.preventDefault();
    const text = token.value.trim();
    if (/^[!-~]+$/.test(text)) {
      void attempt({ token: text });
    } else {
      refuse('That is no token: it has letters, digits, dots and dashes alone.');
    }
  }

  /** @param {Caller} caller */
  async function attempt(caller) {
    for (const button of buttons) {
      button.disabled = true;
    }
    try {
      await new Api(caller).get('sessions', { limit: 1 }); // which is for operators alone
      signedIn(caller);
    } catch (thrown) {
      refuse(`You are not let in: ${thrown instanceof Error ? thrown.message : thrown}.`);
    } finally {
      for (const button of buttons) {
        button.disabled = false;
      }
    }
  }

  /** @param {string} message */
  function refuse(message) {
    alert.textContent = message;
    alert.hidden = false;
    token.focus();
  }
}

/**
 * An operator whose name no other has.
 * @returns {Caller}
 */
function somebody() {
  return { userId: `operator-${newName().slice(0, 8)}`, role: 'operator' };
}

/** @import { Caller } from '../shared/api.js' */

import { find } from '../shared/dom.js';
import { Desk } from './desk.js';
import { keep, kept } from './keep.js';
import { signIn } from './signin.js';

const main = find('#main', HTMLElement);
const dev = document.documentElement.dataset['dev'] !== undefined;
const views = find('#views', HTMLElement);
const me = find('#me', HTMLElement);

/** @type {Desk | null} */
let desk = null;

find('#out', HTMLButtonElement).addEventListener('click', () => leave('You have signed out.'));
find('.skip', HTMLAnchorElement).addEventListener('click', (event) => {
  event.preventDefault(); // what is behind the hash names the view
  main.focus();
});

const caller = kept();
if (caller) {
  enter(caller);
} else {
  ask('');
}

/** @param {Caller} caller who has been let in */
function enter(caller) {
  keep(caller);
  views.hidden = me.hidden = false;
  find('#who', HTMLElement).textContent = '';
  desk = new Desk(caller, dev, leave);
}

/** @param {string} why */
function leave(why) {
  desk?.stop();
  desk = null;
  keep(null);
  ask(why);
}

/** @param {string} why */
function ask(why) {
  views.hidden = me.hidden = true;
  document.title = 'Sign in – Callout console';
  main.replaceChildren(signIn({ dev, why, signedIn: enter }));
  find('#token', HTMLInputElement).focus();
}

/** @import { Seen } from './network.js' */

import { find } from '../shared/dom.js';
import { WireElement } from '../shared/wire.js';
import { Network } from './network.js';
import { readPast } from './past.js';
import { Phone } from './phone.js';
import { play } from './play.js';
import { Screen } from './screen.js';
import { Trace } from './trace.js';
import { visit } from './visit.js';

const people = visit();
const trace = new Trace(people);
const wire = find('#wire', WireElement);
const wireOrder = find('#wire-order', HTMLElement);
const playing = find('#play', HTMLButtonElement);
find('#second', HTMLAnchorElement).href = location.href;

const phones = { client: phone('client', 'serviceman'), serviceman: phone('serviceman', 'client') };
const screens = {
  client: new Screen(find('#client', HTMLElement), phones.client, chose),
  serviceman: new Screen(find('#serviceman', HTMLElement), phones.serviceman, chose),
};
let drawing = 0;

/**
 * @param {'client' | 'serviceman'} whose
 * @param {'client' | 'serviceman'} other
 */
function phone(whose, other) {
  const network = new Network((/** @type {Seen} */ seen) => {
    made.see(seen);
    trace.see(made, seen);
    changed();
  });
  const made = new Phone(people[whose], people[other], network, changed);
  return made;
}

/** @param {string} orderId */
function chose(orderId) {
  trace.choose(orderId);
  changed();
}

/** Has everything shown as it is, once whatever is happening now has happened. */
function changed() {
  drawing ||= setTimeout(draw);
}

function draw() {
  drawing = 0;
  screens.client.draw();
  screens.serviceman.draw();
  wire.show(trace.arrows);
  const { order } = phones.client;
  wireOrder.textContent = trace.orderId ? `order ${trace.orderId.slice(0, 8)}${order?.id === trace.orderId ? ` · version ${order.version}` : ''}` : 'no order yet';
}

/** @type {AbortController | null} */
let player = null;
playing.addEventListener('click', async () => {
  if (player) {
    player.abort();
    return;
  }
  const { signal } = player = new AbortController();
  playing.textContent = 'Stop playing';
  playing.setAttribute('aria-pressed', 'true');
  const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve));
  await Promise.race([play(phones, screens.client.basket, signal), stopped]); // a step may be held for long
  player = null;
  playing.textContent = 'Play the whole order';
  playing.setAttribute('aria-pressed', 'false');
});

for (const screen of document.querySelectorAll('.phone')) {
  screen.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('.actions, .catalogue')) {
      player?.abort(); // somebody plays by hand
    }
  });
}

addEventListener('beforeunload', (event) => {
  if (phones.client.held.length + phones.serviceman.held.length > 0) {
    event.preventDefault(); // what is held is held by this page alone
  }
});

/**
 * Asks what has become of what was on its way when the page came. Receipts are written down about a second after.
 * @param {number} times
 */
function askAgain(times) {
  if (times > 0 && trace.arrows.some(({ waiting }) => waiting)) {
    setTimeout(() => readPast(people, trace).then(changed, () => {}).finally(() => askAgain(times - 1)), 2000);
  }
}

setInterval(changed, 1000); // what a phone may do depends on the time, too
await readPast(people, trace).catch(() => {}); // how things came to be as the phones show them; they do without
askAgain(3);
void phones.client.run();
void phones.serviceman.run();
changed();

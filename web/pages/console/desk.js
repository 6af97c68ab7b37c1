/** @import { Caller } from '../shared/api.js' */
/** @import { Figures } from './measures.js' */

import { Api } from '../shared/api.js';
import { find } from '../shared/dom.js';
import { FiguresView } from './figures.js';
import { Live } from './live.js';
import { learn, tick } from './moments.js';
import { OrdersView } from './orders.js';
import { PeopleView } from './people.js';
import { Reader } from './reader.js';
import { routeOf } from './route.js';
import { Strip } from './strip.js';
import { Troubles } from './troubles.js';

const noticeFor = 8_000; // ms

/**
 * What the views work with.
 * @typedef {object} Tools
 * @property {Api} api
 * @property {boolean} dev
 * @property {Troubles} troubles
 * @property {(text: string) => void} say something that has come about, to eyes and ears
 */

/**
 * A part of the console that is shown at its address.
 * @typedef {object} View
 * @property {HTMLElement} node
 * @property {(query: Record<string, string>) => void} open shows what its address asks for
 * @property {(orderIds: Set<string> | null) => void} happened to these orders; null: to any
 * @property {(figures: Figures) => void} figures have come
 * @property {() => void} stop
 */

const views = { orders: OrdersView, people: PeopleView, figures: FiguresView };
const titles = { orders: 'Orders', people: 'People', figures: 'Figures' };

/** What an operator who is signed in has before them. */
export class Desk {
  #tools;
  #live;
  #figures;
  #end = new AbortController();
  #main = find('#main', HTMLElement);
  #strip = new Strip();
  /** @type {Figures | null} */
  #last = null;
  /** @type {View | null} */
  #view = null;
  #name = '';

  /**
   * @param {Caller} caller
   * @param {boolean} dev
   * @param {(why: string) => void} left is told that the operator has to sign in again, and why
   */
  constructor(caller, dev, left) {
    const troubles = new Troubles(find('#trouble', HTMLElement), left);
    this.#tools = { api: new Api(caller, learn), dev, troubles, say };
    this.#figures = new Reader({
      what: 'the figures',
      read: (signal) => this.#tools.api.get('figures', {}, signal),
      took: (/** @type {Figures} */ figures) => this.#measured(figures),
      again: ({ everySeconds }) => everySeconds * 1000,
    }, troubles);
    this.#connection('connecting …', false);
    this.#live = new Live(caller, {
      happened: (orderIds) => this.#view?.happened(orderIds),
      connection: (live, userId) => {
        this.#connection(live ? 'live' : 'reconnecting …', live);
        find('#who', HTMLElement).textContent = userId;
      },
      ended: left,
    });
    this.#main.replaceChildren(this.#strip.node);
    window.addEventListener('hashchange', () => this.#route(), { signal: this.#end.signal });
    tick(this.#end.signal);
    this.#figures.stale();
    this.#route();
  }

  stop() {
    this.#end.abort();
    this.#live.stop();
    this.#figures.stop();
    this.#view?.stop();
    this.#main.replaceChildren();
  }

  #route() {
    const { view: name, query } = routeOf(location.hash);
    if (name !== this.#name) {
      this.#view?.stop();
      this.#view?.node.remove();
      this.#name = name;
      this.#view = new views[name](this.#tools);
      this.#main.append(this.#view.node);
      if (this.#last) {
        this.#view.figures(this.#last);
      }
    }
    for (const link of document.querySelectorAll('#views a')) {
      if (link.getAttribute('href') === `#/${name}`) {
        link.setAttribute('aria-current', 'page');
      } else {
        link.removeAttribute('aria-current');
      }
    }
    document.title = `${query['order'] && name === 'orders' ? `Order ${query['order']}` : titles[name]} – Callout console`;
    this.#view?.open(query);
  }

  /** @param {Figures} figures */
  #measured(figures) {
    this.#last = figures;
    this.#strip.show(figures);
    this.#view?.figures(figures);
  }

  /**
   * @param {string} text
   * @param {boolean} live
   */
  #connection(text, live) {
    const node = find('#net', HTMLElement);
    node.textContent = text;
    node.classList.toggle('cut', !live);
  }
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let unsay;

/** @param {string} text */
function say(text) {
  const node = find('#notice', HTMLElement);
  node.textContent = text;
  clearTimeout(unsay);
  unsay = setTimeout(() => node.replaceChildren(), noticeFor);
}

/** @import { Command, Order, Received } from '../../sdk/callout.js' */
/** @import { Network, Seen } from './network.js' */
/** @import { Person } from './visit.js' */

import { CalloutError, CloseError, Socket, Status, ends, moves, newId } from '../../sdk/callout.js';

/**
 * An event of the inbox, and how long after it had happened it was received, in milliseconds; null: before this page was there.
 * @typedef {{received: Received, ms: number | null}} Told
 */

/**
 * Something that was tapped and whose outcome is not known yet.
 * @typedef {{orderId: string, statusCode: number, label: string}} Held
 */

const mostInInbox = 8; // as many as are shown
const refusedFor = 10_000; // ms

/** A person's phone: what they have been told, what they have tapped, and what they can do now. Whoever shows it is told of every change. */
export class Phone {
  /** @type {Told[]} the last first */
  inbox = [];
  /** @type {Held[]} */
  held = [];
  /** What became of the last tap, if it came to nothing. */
  refused = '';
  /** Why the phone does not connect any more; empty while it does. */
  over = '';
  connected = false;
  /** How far the server's clock is ahead, in milliseconds. */
  ahead = 0;

  /** @type {Map<string, Order>} */
  #orders = new Map();
  #chosen = '';
  #socket;
  #changed;
  #helloAt = 0;
  /** The last event that there was when the page came: what is up to it is the past. */
  #past = -1;

  /**
   * @param {Person} person
   * @param {Person} other
   * @param {Network} network
   * @param {() => void} changed
   */
  constructor(person, other, network, changed) {
    this.person = person;
    this.other = other;
    this.network = network;
    this.#changed = changed;
    const device = `web-${newId()}`;
    this.#socket = new Socket({
      url: new URL('.', document.baseURI).href, userId: person.userId, role: person.role, device, WebSocket: network.WebSocket,
      cursor: {
        load: () => ({ userId: person.userId, device, seq: 0, of: '' }), // a tab reads the inbox from its beginning, and shows it
        save: () => {},
      },
      whenDone: true, retryMax: 2000,
      onConnection: (connected) => this.#linked(connected),
    });
  }

  /** Stays connected, and takes in what comes, as long as the page is there. */
  async run() {
    for (;;) {
      try {
        await this.#socket.open();
        for await (const received of this.#socket.orderStatuses()) {
          this.#take(received);
        }
      } catch (thrown) {
        if (!(thrown instanceof CloseError)) {
          throw thrown;
        }
      }
      if (this.#socket.error) { // else all orders were done; the phone is there for the next one
        this.over = this.#socket.error.message;
        this.#changed();
        return;
      }
    }
  }

  /**
   * Notes what the server says of its clock, and which was the last event when this page came.
   * @param {Seen} seen
   */
  see(seen) {
    if (seen.type === 'sent' && seen.frame.type === 'hello') {
      this.#helloAt = seen.at;
    } else if (seen.type === 'received' && seen.frame.type === 'welcome') {
      this.ahead = ahead(Date.parse(seen.frame['now']), this.#helloAt, seen.at);
      if (this.#past < 0 || seen.frame['reset']) {
        this.#past = seen.frame['seq'];
      }
    }
  }

  /**
   * Whether an event had happened when this page came.
   * @param {number} seq
   */
  isPast(seq) {
    return this.#past < 0 || seq <= this.#past;
  }

  /** The order that the phone shows: the one that was chosen, as long as it is open, or the last one. */
  get order() {
    const chosen = this.#orders.get(this.#chosen);
    return chosen && !isOver(chosen) ? chosen : this.orders.at(-1) ?? null;
  }

  /** The orders that are not over, the last placed last; and if there are none, the one that ended last. */
  get orders() {
    const all = [...this.#orders.values()].sort(byPlacing);
    const open = all.filter((order) => !isOver(order));
    return open.length > 0 ? open : all.slice(-1);
  }

  /** What this person could do to the order that is shown. */
  get moves() {
    return this.order ? moves(this.order, this.person, Date.now() + this.ahead) : [];
  }

  /** Whether the outcome of a tap is to be awaited before the next one. */
  get waits() {
    return this.held.some(({ orderId, statusCode }) => statusCode === Status.PLACED || orderId === this.order?.id);
  }

  /** @param {string} orderId */
  choose(orderId) {
    this.#chosen = orderId;
    this.#changed();
  }

  /** Puts the order that is over away. */
  putAway() {
    for (const [id, order] of this.#orders) {
      if (isOver(order)) {
        this.#orders.delete(id);
      }
    }
    this.refused = '';
    this.#changed();
  }

  /**
   * Sends a command, or holds it as long as there is no network. It tells whether it took effect. While the outcome of another is to be
   * awaited, it is not sent.
   * @param {Command} command
   * @param {string} label of what was tapped
   */
  async act(command, label) {
    if (this.waits) {
      return false;
    }
    const held = { orderId: command.orderId ?? '', statusCode: command.statusCode, label };
    this.held = [...this.held, held];
    this.refused = '';
    this.#changed();
    try {
      await this.#socket.send(command);
      return true;
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      this.#say(thrown instanceof CalloutError ? `Refused: “${label}”, since ${why}.` : `“${label}” was not sent: ${why}.`);
      if (thrown instanceof CalloutError && thrown.order) {
        this.#learn(thrown.order);
      }
      return false;
    } finally {
      this.held = this.held.filter((other) => other !== held);
      this.#changed();
    }
  }

  /**
   * Says for a while what became of a tap.
   * @param {string} text
   */
  #say(text) {
    this.refused = text;
    setTimeout(() => {
      if (this.refused === text) {
        this.refused = '';
        this.#changed();
      }
    }, refusedFor);
  }

  /** @param {boolean} connected */
  #linked(connected) {
    this.connected = connected;
    if (connected) {
      this.#socket.orders().forEach((order) => this.#learn(order));
    }
    this.#changed();
  }

  /** @param {Received} received */
  #take(received) {
    if (received.reset) {
      this.#orders.clear();
      this.inbox = [];
      this.#socket.orders().forEach((order) => this.#learn(order));
    } else {
      const ms = this.isPast(received.seq) ? null : Date.now() + this.ahead - Date.parse(received.at);
      this.inbox = [{ received, ms }, ...this.inbox].slice(0, mostInInbox);
      this.#learn(received.order);
    }
    this.#changed();
  }

  /** @param {Order} order */
  #learn(order) {
    const known = this.#orders.get(order.id);
    if (!known || order.version > known.version) {
      this.#orders.set(order.id, { ...order, placedAt: order.placedAt ?? known?.placedAt ?? '' }); // a closed offer does not say it
    }
    const over = [...this.#orders.values()].filter(isOver).sort(byPlacing);
    for (const { id } of over.slice(0, -1)) {
      this.#orders.delete(id);
    }
  }
}

/**
 * @param {Order} a
 * @param {Order} b
 */
function byPlacing(a, b) {
  return (a.placedAt ?? '').localeCompare(b.placedAt ?? '');
}

/**
 * How far the server's clock is ahead of this one, when it said its time between two moments of this one. As far as both may agree, they do.
 * @param {number} now the server's
 * @param {number} from
 * @param {number} to
 */
function ahead(now, from, to) {
  if (now > to) {
    return now - to;
  }
  return now + 1 < from ? now + 1 - from : 0; // its time is cut to the millisecond
}

/**
 * Whether nothing more will come of an order for whoever has it like this: it has ended, or the offer is closed.
 * @param {Order} order
 */
export function isOver(order) {
  return ends(order.statusCode) || !order.clientId;
}

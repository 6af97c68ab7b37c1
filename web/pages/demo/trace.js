/** @import { Arrow } from '../shared/wire.js' */
/** @import { Seen } from './network.js' */
/** @import { Phone } from './phone.js' */
/** @import { Person } from './visit.js' */

import { Status, ends, nameOf } from '../../sdk/callout.js';
import { sendAgain } from '../../sdk/errors.js';
import { committed, lateAfter } from '../shared/arrows.js';
import { ago } from '../shared/time.js';

const mostDiagrams = 20; // of older orders nothing is kept

/**
 * A command that this page has sent and whose outcome is not known.
 * @typedef {{orderId: string, statusCode: number, sentAt: number}} Tap
 */

/** What is known of a phone's end of the wire. */
class End {
  cutAt = 0;
  inSession = false;
  /** The session has brought the end of an order. */
  isDone = false;
  /** The order of which the phone was told last that it has ended. */
  ended = '';
}

/**
 * Makes arrows of what is seen on the phones' networks, a diagram for each order. What comes before an order, such as connecting, belongs to the
 * next one.
 */
export class Trace {
  /** The order whose arrows are to be shown: the one that was placed last, or that was chosen. */
  orderId = '';
  #people;
  /** @type {Map<string, Arrow[]>} by order */
  #diagrams = new Map();
  /** @type {Arrow[]} of no order yet */
  #loose = [];
  /** @type {Map<string, Tap>} by the command's id */
  #taps = new Map();
  #ends = { client: new End(), serviceman: new End() };
  #count = 0;

  /** @param {{client: Person, serviceman: Person}} people */
  constructor(people) {
    this.#people = [people.client, people.serviceman];
  }

  /** The arrows of the order that is shown, or those that wait for one. */
  get arrows() {
    return this.#diagrams.get(this.orderId) ?? this.#loose;
  }

  /**
   * Takes what the server has kept of an order that was there before this page: the first time before anything is seen, and again to learn what
   * has become of it.
   * @param {string} orderId
   * @param {Arrow[]} arrows
   * @param {boolean} over
   */
  restore(orderId, arrows, over) {
    const known = this.#diagrams.get(orderId);
    if (known) {
      const news = new Map(arrows.map((arrow) => [arrow.key, arrow]));
      this.#diagrams.set(orderId, known.map((arrow) => (arrow.waiting && news.get(arrow.key)) || arrow));
      return;
    }
    this.#diagrams.set(orderId, arrows);
    this.orderId = orderId;
    if (over) {
      this.#ends.client.ended = this.#ends.serviceman.ended = orderId;
    }
  }

  /**
   * Shows an order that is open, if its arrows are known.
   * @param {string} orderId
   */
  choose(orderId) {
    if (this.#diagrams.has(orderId)) {
      this.orderId = orderId;
    }
  }

  /**
   * @param {Phone} phone
   * @param {Seen} seen
   */
  see(phone, seen) {
    switch (seen.type) {
      case 'cut':
      case 'back':
        this.#switched(phone, seen.type === 'cut', seen.at);
        break;
      case 'closed':
        this.#closed(phone, seen.code);
        break;
      case 'sent':
        this.#sent(phone, seen.frame, seen.at);
        break;
      case 'received':
        this.#received(phone, seen.frame, seen.at);
    }
  }

  /**
   * @param {Phone} phone
   * @param {boolean} cut
   * @param {number} at
   */
  #switched({ person: { role } }, cut, at) {
    const end = this.#ends[role];
    const mark = cut ? `${role}: the network is cut` : `${role}: the network is back after ${ago(at - end.cutAt)}`;
    end.cutAt = at;
    this.#beside(role, { key: this.#key('network'), mark });
  }

  /**
   * @param {Phone} phone
   * @param {number} code
   */
  #closed({ person: { role }, network }, code) {
    const end = this.#ends[role];
    if (end.isDone && code === 1000) {
      this.#diagrams.get(this.orderId)?.push({ key: this.#key('disconnect'), from: 'server', to: role, label: 'disconnect' });
    } else if (end.inSession && code !== 1000 && !network.cut) {
      this.#beside(role, { key: this.#key('lost'), mark: `${role}: the connection is lost` });
    }
    end.inSession = end.isDone = false;
  }

  /**
   * @param {Phone} phone
   * @param {Record<string, any>} frame
   * @param {number} at
   */
  #sent({ person: { role } }, frame, at) {
    if (frame['type'] === 'hello') {
      this.#loose = this.#loose.filter(({ from }) => from !== role); // the next order begins with the last one
      const has = frame['resume']?.seq > 0 ? `, has ${frame['resume'].seq}` : '';
      this.#beside(role, { key: this.#key('connect'), from: role, to: 'server', label: `connect${has}` });
    }
    if (frame['type'] !== 'command') {
      return;
    }
    const { id, orderId, statusCode } = frame;
    const again = this.#taps.has(id) ? ' again' : '';
    if (!again) {
      this.#taps.set(id, { orderId, statusCode, sentAt: at });
    }
    if (statusCode === Status.PLACED) {
      this.#begin(orderId);
    }
    this.#diagram(orderId).push({ key: this.#key('sent'), from: role, to: 'server', label: `${statusCode} ${nameOf(statusCode)}${again}` });
  }

  /**
   * @param {Phone} phone
   * @param {Record<string, any>} frame
   * @param {number} at
   */
  #received(phone, frame, at) {
    const { role } = phone.person;
    if (frame['type'] === 'welcome') {
      this.#ends[role].inSession = true;
      if (frame['reset']) {
        this.#diagrams.clear(); // what the server has lost
        this.#taps.clear();
        this.orderId = '';
      }
    } else if (frame['type'] === 'error') {
      this.#refused(phone, frame);
    } else if (frame['type'] === 'event' && (!phone.isPast(frame['seq']) || this.#isNews(frame))) {
      this.#event(phone, frame, at);
    }
  }

  /**
   * Whether an event, although it is of the past, came after what was restored of its order.
   * @param {Record<string, any>} event
   */
  #isNews({ orderId, version }) {
    const arrows = this.#diagrams.get(orderId);
    return arrows !== undefined && !arrows.some(({ key }) => key === `${version}/committed`);
  }

  /**
   * @param {Phone} phone
   * @param {Record<string, any>} frame
   */
  #refused({ person: { role } }, { id, code }) {
    const tap = this.#taps.get(id);
    if (!tap) {
      return;
    }
    if (!sendAgain(code)) {
      this.#taps.delete(id);
    }
    this.#diagram(tap.orderId).push({ key: this.#key('refused'), from: 'server', to: role, label: sendAgain(code) ? `not now: ${code}` : `refused: ${code}` });
  }

  /**
   * @param {Phone} phone
   * @param {Record<string, any>} event
   * @param {number} at
   */
  #event(phone, event, at) {
    const { orderId, version, commandId, status: { statusCode } } = event;
    if (statusCode === Status.PLACED && !this.#diagrams.has(orderId)) {
      this.#begin(orderId);
    }
    const arrows = this.#diagram(orderId);
    const commitKey = `${version}/committed`;
    if (!arrows.some(({ key }) => key === commitKey)) {
      arrows.push(...this.#askedElsewhere(event, causeOf(event, phone)), committed(version, statusCode));
    }
    if (ends(statusCode)) {
      const end = this.#ends[phone.person.role];
      end.isDone = true;
      end.ended = orderId;
    }
    const tap = this.#taps.get(commandId);
    if (tap) {
      this.#taps.delete(commandId);
      arrows[arrows.findIndex(({ key }) => key === commitKey)] = committed(version, statusCode, at - tap.sentAt);
    }
    const key = `${version}/told/${phone.person.userId}`;
    if (causeOf(event, phone) !== phone.person.userId && !arrows.some((arrow) => arrow.key === key)) {
      const ms = Math.max(0, at + phone.ahead - Date.parse(event['at']));
      arrows.push({ key, from: 'server', to: phone.person.role, label: String(statusCode), ms, late: ms > lateAfter });
    }
  }

  /**
   * How an event was asked for that nobody has tapped on this page.
   * @param {Record<string, any>} event
   * @param {string} senderId
   * @returns {Arrow[]}
   */
  #askedElsewhere({ orderId, version, status: { statusCode } }, senderId) {
    const sender = this.#people.find(({ userId }) => userId === senderId);
    const here = [...this.#taps.values()].some((tap) => tap.orderId === orderId && tap.statusCode === statusCode);
    if (sender && here) {
      return [];
    }
    const key = `${version}/asked`;
    if (sender) {
      return [{ key, from: sender.role, to: 'server', label: `${statusCode} ${nameOf(statusCode)}` }];
    }
    return [{ key, mark: senderId === 'system' ? `${nameOf(statusCode)}, by itself` : `${nameOf(statusCode)}, by ${senderId || 'somebody else'}` }];
  }

  /**
   * Begins the diagram of an order that has been placed, and shows it.
   * @param {string} orderId
   */
  #begin(orderId) {
    this.#diagram(orderId);
    this.orderId = orderId;
  }

  /**
   * Adds what belongs to no order: to the one that is shown, until the phone was told of its end, or to the next.
   * @param {'client' | 'serviceman'} role
   * @param {Arrow} arrow
   */
  #beside(role, arrow) {
    const current = this.#ends[role].ended === this.orderId ? undefined : this.#diagrams.get(this.orderId);
    (current ?? this.#loose).push(arrow);
  }

  /** @param {string} orderId */
  #diagram(orderId) {
    let arrows = this.#diagrams.get(orderId);
    if (!arrows) {
      arrows = this.#loose;
      this.#loose = [];
      this.#diagrams.set(orderId, arrows);
      for (const old of [...this.#diagrams.keys()].slice(0, -mostDiagrams)) {
        this.#diagrams.delete(old);
      }
    }
    return arrows;
  }

  /** @param {string} of */
  #key(of) {
    return `${of}/${++this.#count}`;
  }
}

/**
 * Whose doing an event was, as far as a phone may know. A serviceman whose offer is closed by his own word is named by his command alone.
 * @param {Record<string, any>} event
 * @param {Phone} phone
 */
function causeOf({ senderId, commandId }, { person }) {
  return commandId ? person.userId : senderId;
}

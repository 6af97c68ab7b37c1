/** @import { Arrow } from '../shared/wire.js' */
/** @import { Seen } from './network.js' */
/** @import { Phone } from './phone.js' */
/** @import { Person } from './visit.js' */

import { Status, ends, nameOf } from '../../sdk/callout.js';
import { committed, lateAfter } from '../shared/arrows.js';
import { ago } from '../shared/time.js';

/**
 * A command that this page has sent.
 * @typedef {{orderId: string, statusCode: number, sentAt: number, settled: boolean}} Tap
 */

/** What is known of a phone's end of the wire. */
class End {
  helloAt = 0;
  cutAt = 0;
  inSession = false;
}

/**
 * Makes arrows of what is seen on the phones' networks, a diagram for each order. What comes before an order, such as connecting, belongs to the
 * next one.
 */
export class Trace {
  /** The order that was placed last, or the one that was chosen. */
  orderId = '';
  #people;
  /** @type {Map<string, Arrow[]>} by order */
  #diagrams = new Map();
  /** @type {Arrow[]} of no order yet */
  #loose = [];
  /** @type {Set<string>} orders that have ended */
  #over = new Set();
  /** @type {Map<string, Tap>} by the command's id */
  #taps = new Map();
  #ends = { client: new End(), serviceman: new End() };
  #count = 0;

  /** @param {{client: Person, serviceman: Person}} people */
  constructor(people) {
    this.#people = [people.client, people.serviceman];
  }

  /** The arrows of that order, or those that wait for one. */
  get arrows() {
    return this.#diagrams.get(this.orderId) ?? this.#loose;
  }

  /**
   * Takes what the server has kept of an order that was there before this page.
   * @param {string} orderId
   * @param {Arrow[]} arrows
   * @param {boolean} over
   */
  restore(orderId, arrows, over) {
    const live = this.#diagram(orderId);
    const known = new Set(live.map(({ key }) => key));
    live.unshift(...arrows.filter(({ key }) => !known.has(key)));
    this.orderId ||= orderId;
    if (over) {
      this.#over.add(orderId);
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
    this.#beside({ key: this.#key('network'), mark });
  }

  /**
   * @param {Phone} phone
   * @param {number} code
   */
  #closed({ person: { role }, network }, code) {
    const end = this.#ends[role];
    if (end.inSession && code === 1000 && this.#over.has(this.orderId)) {
      this.#diagram(this.orderId).push({ key: this.#key('disconnect'), from: 'server', to: role, label: 'disconnect' });
    } else if (end.inSession && !network.cut) {
      this.#beside({ key: this.#key('lost'), mark: `${role}: the connection is lost` });
    }
    end.inSession = false;
  }

  /**
   * @param {Phone} phone
   * @param {Record<string, any>} frame
   * @param {number} at
   */
  #sent({ person: { role } }, frame, at) {
    if (frame['type'] === 'hello') {
      this.#ends[role].helloAt = at;
      this.#loose = this.#loose.filter(({ from }) => from !== role); // the next order begins with the last one
      const has = frame['resume']?.seq > 0 ? `, has ${frame['resume'].seq}` : '';
      this.#beside({ key: this.#key('connect'), from: role, to: 'server', label: `connect${has}` });
    }
    if (frame['type'] !== 'command') {
      return;
    }
    const { id, orderId, statusCode } = frame;
    const again = this.#taps.has(id) ? ' again' : '';
    if (!again) {
      this.#taps.set(id, { orderId, statusCode, sentAt: at, settled: false });
    }
    if (statusCode === Status.PLACED) {
      this.orderId = orderId;
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
      phone.welcomed(frame['seq'], ahead(Date.parse(frame['now']), this.#ends[role].helloAt, at));
    } else if (frame['type'] === 'error') {
      const tap = this.#taps.get(frame['id']);
      if (tap) {
        tap.settled = true;
        this.#diagram(tap.orderId).push({ key: this.#key('refused'), from: 'server', to: role, label: `refused: ${frame['code']}` });
      }
    } else if (frame['type'] === 'event' && !phone.isPast(frame['seq'])) {
      this.#event(phone, frame, at);
    }
  }

  /**
   * @param {Phone} phone
   * @param {Record<string, any>} event
   * @param {number} at
   */
  #event(phone, event, at) {
    const { orderId, version, senderId, status: { statusCode } } = event;
    const arrows = this.#diagram(orderId);
    const commitKey = `${version}/committed`;
    if (!arrows.some(({ key }) => key === commitKey)) {
      arrows.push(...this.#askedElsewhere(event), committed(version, statusCode));
    }
    if (statusCode === Status.PLACED) {
      this.orderId = orderId;
    }
    if (ends(statusCode)) {
      this.#over.add(orderId);
    }
    const tap = this.#taps.get(event['commandId']);
    if (tap && !tap.settled) {
      tap.settled = true;
      arrows[arrows.findIndex(({ key }) => key === commitKey)] = committed(version, statusCode, at - tap.sentAt);
    }
    const key = `${version}/told/${phone.person.userId}`;
    if (senderId !== phone.person.userId && !arrows.some((arrow) => arrow.key === key)) {
      const ms = Math.max(0, at + phone.ahead - Date.parse(event['at']));
      arrows.push({ key, from: 'server', to: phone.person.role, label: String(statusCode), ms, late: ms > lateAfter });
    }
  }

  /**
   * How an event was asked for that nobody has tapped on this page.
   * @param {Record<string, any>} event
   * @returns {Arrow[]}
   */
  #askedElsewhere({ orderId, version, senderId, status: { statusCode } }) {
    const sender = this.#people.find(({ userId }) => userId === senderId);
    const here = [...this.#taps.values()].some((tap) => !tap.settled && tap.orderId === orderId && tap.statusCode === statusCode);
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
   * Adds what belongs to no order: to the one that is under way, or to the next.
   * @param {Arrow} arrow
   */
  #beside(arrow) {
    const current = this.#over.has(this.orderId) ? undefined : this.#diagrams.get(this.orderId);
    (current ?? this.#loose).push(arrow);
  }

  /** @param {string} orderId */
  #diagram(orderId) {
    let arrows = this.#diagrams.get(orderId);
    if (!arrows) {
      arrows = this.#loose;
      this.#loose = [];
      this.#diagrams.set(orderId, arrows);
    }
    return arrows;
  }

  /** @param {string} of */
  #key(of) {
    return `${of}/${++this.#count}`;
  }
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

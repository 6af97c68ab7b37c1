/** @import { Command, Config, Cursor, Order, Received, Receipt, Role } from './types.js' */
/** @import { Frame } from './link.js' */

import { complete, informer } from './config.js';
import {
  BusyError, CalloutError, CloseCode, CloseError, ClosedError, Final, ProtocolFault, ResetError, errorOf, messageOf, sendAgain,
} from './errors.js';
import { newId, newName } from './ids.js';
import { Inbox, eventName } from './inbox.js';
import { LeftError, Link, LostError } from './link.js';
import { Orders } from './orders.js';
import { Outbox, Pending, mostPending } from './outbox.js';
import { Pause, sleep } from './pause.js';
import { Status, nameOf } from './statuses.js';
import { TokenKeeper } from './token.js';
import { tell, unless, until } from './waiting.js';

const greetWithin = 15_000; // ms from dialling to the welcome
const leaveWithin = 5_000; // ms for the server to agree to an end
const helloWithin = 5_000; // ms for which a server waits for a hello before it closes with the code of one who is not let in
const pingSlack = 5_000; // ms
const mostBytes = 64 << 10; // of a frame that a server takes
const doneCode = 1000; // closes a session whose user's orders have all ended

/**
 * One stretch of a socket, from open to its end.
 * @typedef {object} Life
 * @property {AbortController} stop its reason is why
 * @property {(change: Change) => void} told what becomes of the connection
 * @property {Promise<void>} welcomed settled by the first welcome
 * @property {() => void} welcome settles it
 * @property {Promise<void>} ended
 * @property {boolean} over nothing more is taken in
 * @property {Error | null} failure why it is over; while it is not, why the last attempt came to nothing
 * @property {string} token what the server goes by
 * @property {string} expired a token that is of no more use
 */

/**
 * What becomes of a connection: it is there, it is lost, or an attempt at it has failed.
 * @typedef {{connected: boolean, ended: boolean, error: Error | null}} Change
 */

/**
 * A user's connection to a server, kept up from open to close: the inbox as a stream, and commands as calls. It reconnects by
 * itself, goes on where it was, and sends again what it does not know the outcome of. A socket that was closed, or that has ended,
 * may be opened again.
 */
export class Socket {
  /** The address of the WebSocket. */
  url;
  /** Whose inbox it is. With a token alone it is empty until open has returned. */
  userId;
  /** @type {Role | ''} what that user is; the same holds */
  role;

  #config;
  #instance = newName(); // tells the hellos of this socket from those of others of its device
  #hellos = 0;
  /** @type {Life | null} */
  #life = null;
  /** @type {Promise<unknown>} settled when no life is about to begin */
  #starting = Promise.resolve();
  /** @type {Link | null} the connection, while it is there */
  #link = null;
  /** @type {Cursor | null} whose device this is. Its position is the inbox's to know */
  #cursor = null;
  #inbox;
  #orders = new Orders();
  #outbox = new Outbox();
  #reading = false; // a loop over orderStatuses is running
  #arrived = () => {}; // ends the wait of that loop
  /** @type {ReturnType<typeof setTimeout> | undefined} of the next command that is to be sent again */
  #later;

  /** @param {Config} config */
  constructor(config) {
    this.#config = complete(config);
    this.#inbox = new Inbox(this.#config.window);
    this.url = this.#config.url;
    this.userId = this.#config.userId;
    this.role = this.#config.role;
  }

  /** Whether the connection is there at this moment. */
  get connected() {
    return this.#link !== null;
  }

  /**
   * Why the socket is over: a ClosedError after close, a CloseError that names the server's reason, or what else made it impossible
   * to go on. It is null as long as the socket is open, and if it has ended because everything is done (see Config.whenDone).
   */
  get error() {
    return this.#life?.over ? this.#life.failure : null;
  }

  /**
   * Connects, and returns when the server has let the user in. It keeps trying until the signal is given, unless the server says
   * that trying is no use: then it throws a CloseError. From then on the socket keeps itself connected until close, or until the
   * server ends it for good.
   * @param {{signal?: AbortSignal}} [options]
   */
  async open({ signal } = {}) {
    signal?.throwIfAborted();
    const life = await this.start(informer(this.#config.onConnection));
    const stop = () => life.stop.abort(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) {
      stop();
    }
    await Promise.race([life.welcomed, life.ended]);
    signal?.removeEventListener('abort', stop);
    if (life.over) {
      throw life.failure ?? new ClosedError();
    }
  }

  /**
   * Gives the events of the inbox in order, each once, from where this device was. Asking for the next event, by going on with the
   * loop or by starting another, says that the program has finished the one before: that is kept in the cursor and acknowledged to
   * the server. So a program that ends in the body of the loop is given that event again when it starts again. The loop ends when
   * the signal is given, or when the socket is over: then error says why. It waits for an open that is under way, and throws a ClosedError
   * if the socket was never opened. Only one loop may run at a time.
   * @param {{signal?: AbortSignal}} [options]
   * @returns {AsyncGenerator<Received, void, undefined>}
   */
  async *orderStatuses({ signal } = {}) {
    if (this.#reading) {
      throw new Error('another loop over orderStatuses is running');
    }
    this.#reading = true;
    try {
      await until(signal, (resolve) => void this.#starting.then(resolve, resolve));
      if (signal?.aborted) {
        return;
      }
      const life = this.#life;
      if (!life) {
        throw new ClosedError();
      }
      for (;;) {
        const received = await this.next(() => life.over, signal);
        if (!received) {
          return;
        }
        yield received;
      }
    } finally {
      this.#reading = false;
    }
  }

  /**
   * The user's open orders as far as this device knows, the oldest first. They may be ahead of the events that orderStatuses has
   * still to give. There are none for operators, who are not told how orders go on.
   */
  orders() {
    return this.#orders.open();
  }

  /**
   * Has a command take effect, and gives the event that it was. A command without an id is given one, and a version if it has none:
   * that of the order as the program was handed it last, so that nothing is agreed to unseen; PLACED, ACCEPTED and OFFER_DECLINED need
   * none. A command with an id is sent as it is, since under that id it may have been sent before.
   *
   * While there is no connection the command waits for it. A command whose outcome is not known is sent again under the same id
   * until there is one. A refusal is a CalloutError. When the signal is given or the socket ends first, the error is an UndecidedError
   * if the command may have reached the server. It is then not sent again by itself.
   *
   * The answer comes at its place in the inbox. No more than Config.window events come before the program has finished them: a program
   * without a loop over orderStatuses sends no more commands than that, and has to run an empty one if it is to.
   * @param {Command} command
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Received>}
   */
  async send(command, { signal } = {}) {
    signal?.throwIfAborted();
    let abandon = () => {};
    try {
      return await new Promise((resolve, reject) => {
        const pending = this.#post(command, resolve, reject);
        abandon = () => {
          if (this.#outbox.remove(pending)) {
            reject(pending.undecided(signal?.reason));
          }
        };
        signal?.addEventListener('abort', abandon, { once: true });
      });
    } finally {
      signal?.removeEventListener('abort', abandon);
    }
  }

  /**
   * Has Config.onReceipt told what has become of an event, once for each of the others who were told of it. There is no answer while
   * there is no connection, nor of events that somebody else has sent.
   * @param {string} orderId
   * @param {number} version
   */
  askReceipt(orderId, version) {
    if (this.#config.onReceipt) {
      this.#link?.write({ type: 'receipt', orderId, version });
    }
  }

  /**
   * Acknowledges what the program has finished and closes the connection. It waits for the server to agree, but no longer than a few
   * seconds. Calls of send that wait end, and loops over orderStatuses end with what they are busy with.
   */
  async close() {
    const life = this.#life;
    if (life) {
      life.stop.abort(new ClosedError());
      await life.ended;
    }
  }

  /**
   * Begins a life. It is for SocketBloc.
   * @internal
   * @param {(change: Change) => void} told
   * @returns {Promise<Life>}
   */
  start(told) {
    const starting = this.#start(told);
    this.#starting = starting;
    return starting;
  }

  /** @param {(change: Change) => void} told */
  async #start(told) {
    await this.#load();
    if (this.#life && !this.#life.over) {
      throw new Error('the socket is open already');
    }
    const welcomed = latch();
    /** @type {Life} */
    const life = {
      stop: new AbortController(), told, welcomed: welcomed.done, welcome: welcomed.set, ended: Promise.resolve(), over: false,
      failure: null, token: '', expired: '',
    };
    this.#life = life;
    this.#inbox.ended = false;
    life.ended = this.#run(life);
    this.#arrived();
    return life;
  }

  /**
   * Finishes what the program was busy with and waits for the next event, until there is to be none any more. It is for SocketBloc.
   * @internal
   * @param {() => boolean} over
   * @param {AbortSignal} [signal]
   * @returns {Promise<Received | null>}
   */
  async next(over, signal) {
    for (;;) {
      await this.#finish();
      if (over() || signal?.aborted) {
        return null;
      }
      const received = this.#life && !this.#life.over ? this.#inbox.take() : null;
      if (received) {
        this.#orders.tell(received.orderId, received.version);
        return received;
      }
      await until(signal, (resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  /** Finds out who this device is and how far it has got, the first time. */
  async #load() {
    if (this.#cursor) {
      return;
    }
    const kept = await this.#config.cursor.load();
    const { userId, device } = this.#config;
    if (kept?.userId && userId && kept.userId !== userId) {
      throw new TypeError(`the cursor is of user ${kept.userId}, not ${userId}`);
    }
    if (this.#cursor) {
      return; // another call was faster
    }
    if (kept?.device) {
      this.#inbox.place(kept.seq, kept.of);
    }
    this.#cursor = {
      userId: kept?.userId || userId, device: device || kept?.device || `js-${newName()}`, seq: kept?.seq ?? 0, of: kept?.of ?? '',
    };
  }

  /** @param {Life} life */
  async #run(life) {
    const failure = await this.#stayConnected(life).catch(errorOf);
    life.over = true;
    life.failure = failure;
    clearTimeout(this.#later);
    const why = failure instanceof ClosedError ? failure : new ClosedError(failure);
    for (const pending of this.#outbox.empty()) {
      pending.reject(pending.undecided(why));
    }
    life.told({ connected: false, ended: true, error: failure });
    this.#arrived();
  }

  /**
   * Connects again and again until the socket has to end. It gives null when everything is done.
   * @param {Life} life
   * @returns {Promise<Error | null>}
   */
  async #stayConnected(life) {
    const { signal } = life.stop;
    const pause = new Pause(this.#config.retryMin, this.#config.retryMax);
    for (;;) {
      const { welcomed, error } = await this.#connect(life);
      if (signal.aborted) {
        return errorOf(signal.reason);
      }
      life.failure = error;
      const verdict = this.#verdict(life, error);
      if (verdict && !welcomed) {
        life.told({ connected: false, ended: false, error: verdict });
      }
      if (verdict !== undefined) {
        return verdict;
      }
      life.told({ connected: false, ended: false, error });
      if (welcomed && !(error instanceof ProtocolFault)) {
        pause.reset();
      }
      await sleep(error instanceof LeftError ? Infinity : (error instanceof CloseError ? error.afterMs : 0) + pause.next(), signal);
      if (signal.aborted) {
        return errorOf(signal.reason);
      }
    }
  }

  /**
   * Why the socket has to end after a connection that ended with an error, null if everything is done, or undefined if it does not.
   * @param {Life} life
   * @param {Error} error
   */
  #verdict(life, error) {
    if (error instanceof Final) {
      return error.error;
    }
    if (!(error instanceof CloseError)) {
      return undefined;
    }
    if (error.code === doneCode) {
      return this.#mayLeave() ? null : undefined;
    }
    if (error.code === CloseCode.TOKEN_EXPIRED && this.#config.token) {
      life.expired = life.token;
      return undefined; // unless there is no other token
    }
    return error.final && !error.late ? error : undefined;
  }

  /** Whether the life that is done was to end then. A command that has crossed the server's word wants to know what became of it. */
  #mayLeave() {
    return this.#config.whenDone && this.#outbox.size === 0;
  }

  /**
   * Holds one connection from dialling until it is over, and says why it is.
   * @param {Life} life
   * @returns {Promise<{welcomed: boolean, error: Error}>}
   */
  async #connect(life) {
    const { signal } = life.stop;
    /** @type {Link | undefined} */
    let link;
    let welcomed = false;
    const leave = () => this.#leave(link);
    try {
      const hello = await this.#hello(life);
      signal.throwIfAborted();
      link = new Link(this.#config.WebSocket, this.url);
      signal.addEventListener('abort', leave, { once: true });
      const welcome = await this.#greet(link, hello);
      signal.throwIfAborted();
      await unless(signal, this.#settle(life, welcome));
      welcomed = true;
      return { welcomed, error: await this.#converse(life, link, welcome) };
    } catch (thrown) {
      return { welcomed, error: errorOf(thrown) };
    } finally {
      signal.removeEventListener('abort', leave);
      this.#link = null;
      link?.cut(new LostError());
    }
  }

  /**
   * Says hello and waits for the welcome.
   * @param {Link} link
   * @param {object} hello
   */
  async #greet(link, hello) {
    const timer = setTimeout(() => link.cut(new LostError('the server does not answer')), greetWithin);
    try {
      if (!(await link.opened)) {
        throw await link.read().then(() => new LostError(), errorOf);
      }
      const opened = performance.now();
      link.write(hello);
      const frame = await link.read().catch((error) => {
        if (error instanceof CloseError) {
          error.late = error.code === CloseCode.UNAUTHENTICATED && performance.now() - opened >= helloWithin;
        }
        throw error;
      });
      if (frame.type !== 'welcome') {
        throw new ProtocolFault('a frame that is no welcome came first');
      }
      return frame;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Who this device is and how far it has got, and which of the socket's hellos it is.
   * @param {Life} life
   */
  async #hello(life) {
    const { token, userId, role, window, whenDone, onReceipt, onWatch } = this.#config;
    /** @type {Record<string, unknown>} */
    const hello = { type: 'hello', window };
    if (token) {
      life.token = await unless(life.stop.signal, token());
      if (life.expired && life.token === life.expired) {
        throw new Final(new CloseError(CloseCode.TOKEN_EXPIRED, 'the token has expired and there is no other'));
      }
      hello.token = life.token;
    } else {
      hello.userId = userId;
      hello.role = role;
    }
    this.#hellos++;
    hello.device = this.#cursor?.device;
    hello.instance = this.#instance;
    hello.attempt = this.#hellos;
    if (this.#inbox.placed) {
      hello.resume = { seq: this.#inbox.done, of: this.#inbox.of || undefined };
    }
    if (whenDone) {
      hello.leave = 'whenDone';
    }
    if (onReceipt) {
      hello.receipts = true;
    }
    if (onWatch) {
      hello.watch = true;
    }
    return hello;
  }

  /**
   * Takes in what the server says when it lets the user in.
   * @param {Life} life
   * @param {Frame} welcome
   */
  async #settle(life, welcome) {
    const cursor = /** @type {Cursor} */ (this.#cursor);
    if (cursor.userId && cursor.userId !== welcome.userId) {
      throw new Final(new Error(`the server takes the user for ${welcome.userId}, not ${cursor.userId}`));
    }
    cursor.userId = this.userId = welcome.userId;
    this.role = welcome.role;
    const first = !this.#inbox.placed && !welcome.reset;
    if (welcome.reset || first) {
      this.#inbox.place(welcome.from, '');
      this.#orders.clear();
    }
    /** @type {Pending[]} */
    let lost = [];
    if (welcome.reset) {
      lost = this.#outbox.empty();
      this.#inbox.queue = [resetAt(welcome.from, welcome.userId)];
    }
    this.#inbox.connected(welcome.from);
    this.#outbox.connected();
    this.#orders.welcome(welcome.orders ?? []);
    for (const pending of lost) {
      pending.reject(new ResetError());
    }
    if (this.#inbox.ended && this.#inbox.done === welcome.seq && (welcome.orders ?? []).length === 0 && this.#mayLeave()) {
      // The end was acknowledged, but the server could not say that this was all: in this session it will not.
      throw new CloseError(doneCode, '');
    }
    if (first) {
      await this.#save(this.#inbox.done, this.#inbox.of);
    }
    this.#arrived();
  }

  /**
   * Reads and writes until the connection is over, and gives why it is.
   * @param {Life} life
   * @param {Link} link
   * @param {Frame} welcome
   * @returns {Promise<Error>}
   */
  async #converse(life, link, welcome) {
    this.#link = link;
    life.told({ connected: true, ended: false, error: null });
    life.welcome();
    const ping = (welcome.pingSeconds || 25) * 1000;
    const watch = setInterval(() => {
      const silent = performance.now() - link.heard;
      if (silent > 2 * ping + pingSlack) {
        link.cut(new LostError('the server has fallen silent'));
      } else if (silent >= ping) {
        link.write({ type: 'ping' }); // a page does not see those of the server
      }
    }, ping);
    const keeper = new TokenKeeper(this.#config.token, life, link, welcome);
    try {
      this.#write();
      for (;;) {
        this.#frame(await link.read(), keeper);
      }
    } catch (thrown) {
      return errorOf(thrown);
    } finally {
      clearInterval(watch);
      keeper.stop();
      this.#link = null;
    }
  }

  /**
   * Takes leave of a connection because the socket is to end.
   * @param {Link | undefined} link
   */
  #leave(link) {
    if (!link) {
      return;
    }
    if (this.#link !== link) { // it was not let in yet
      link.cut(new ClosedError());
      return;
    }
    this.#acknowledge();
    link.close();
    const timer = setTimeout(() => link.cut(new ClosedError()), leaveWithin);
    void this.#life?.ended.then(() => clearTimeout(timer));
  }

  /**
   * @param {Frame} frame
   * @param {TokenKeeper} keeper
   */
  #frame(frame, keeper) {
    switch (frame.type) {
      case 'event':
        this.#event(frame);
        break;
      case 'error':
        this.#refusal(frame);
        break;
      case 'receipt':
        for (const to of frame.to ?? []) {
          tell(this.#config.onReceipt, { orderId: frame.orderId, version: frame.version, ...to });
        }
        break;
      case 'watch':
        tell(this.#config.onWatch, frame.events ?? [], frame.missed === true);
        break;
      case 'token':
        keeper.taken(frame.expiresAt);
        break;
      case 'welcome':
        throw new ProtocolFault('a second welcome');
      default: // of a type that newer servers have, or a pong
    }
  }

  /**
   * Takes an event in: it goes to the program in its turn, and to the command that it was at once.
   * @param {Frame} frame
   */
  #event(frame) {
    const received = receivedOf(frame);
    const pending = received.commandId ? this.#outbox.find(received.commandId) : undefined;
    if (pending) {
      this.#outbox.remove(pending);
    }
    if (!frame.repeat) {
      if (!this.#inbox.accept(received)) {
        this.#acknowledge(); // the program may have finished it long ago
      } else {
        if (this.role !== 'operator') { // an operator is not told how an order goes on
          this.#orders.event(received.order);
        }
        if (pending) {
          this.#orders.tell(received.orderId, received.version);
        }
      }
    }
    pending?.resolve(received);
    this.#arrived();
  }

  /**
   * Takes in that a command was refused, or has to be sent again.
   * @param {Frame} frame
   */
  #refusal(frame) {
    const pending = this.#outbox.find(frame.id);
    if (!pending) {
      return; // its sender has stopped waiting
    }
    if (sendAgain(frame.code)) {
      this.#outbox.again(pending, performance.now());
      this.#write();
      return;
    }
    this.#outbox.remove(pending);
    /** @type {Order | null} */
    const order = frame.order?.id ? frame.order : null;
    if (order && this.role !== 'operator') {
      this.#orders.refusal(order);
      this.#orders.tell(order.id, order.version);
    }
    pending.reject(new CalloutError(frame.code, frame.message, order));
  }

  /**
   * Hands a command in.
   * @param {Command} command
   * @param {(received: Received) => void} resolve
   * @param {(error: Error) => void} reject
   */
  #post(command, resolve, reject) {
    if (!this.#life || this.#life.over) {
      throw this.#life?.failure instanceof ClosedError ? this.#life.failure : new ClosedError(this.#life?.failure);
    }
    if (this.#outbox.size >= mostPending) {
      throw new BusyError();
    }
    const whole = { ...command, id: command.id ?? newId() };
    if (command.id === undefined && !command.version && basedOnVersion(command.statusCode)) {
      const version = this.#orders.version(command.orderId ?? '');
      if (version > 0) {
        whole.version = version;
      }
    }
    const pending = new Pending(whole, encode(whole), new Pause(this.#config.retryMin, this.#config.retryMax), resolve, reject);
    if (this.#outbox.find(whole.id)) {
      throw new TypeError(`a command with the id ${whole.id} is under way`);
    }
    this.#outbox.add(pending);
    this.#write();
    return pending;
  }

  /** Writes the commands that are to be written now. */
  #write() {
    clearTimeout(this.#later);
    if (!this.#link) {
      return;
    }
    const { frames, wait } = this.#outbox.take(performance.now());
    for (const frame of frames) {
      this.#link.writeText(frame);
    }
    this.#acknowledge();
    if (wait > 0) {
      this.#later = setTimeout(() => this.#write(), wait);
    }
  }

  #acknowledge() {
    const seq = this.#link ? this.#inbox.ack() : 0;
    if (seq > 0) {
      this.#link?.write({ type: 'ack', seq });
    }
  }

  /** Keeps that the program has done with what was in its hand, and has it acknowledged. */
  async #finish() {
    const hand = this.#inbox.hand;
    if (!hand) {
      return;
    }
    try {
      await this.#save(hand.seq, eventName(hand));
    } catch (thrown) {
      this.#life?.stop.abort(thrown instanceof Final ? thrown.error : errorOf(thrown));
      return;
    }
    if (this.#inbox.hand === hand) { // else a reset has come between
      this.#inbox.finish();
      this.#acknowledge();
    }
  }

  /**
   * @param {number} seq
   * @param {string} of
   */
  async #save(seq, of) {
    try {
      await this.#config.cursor.save({ .../** @type {Cursor} */ (this.#cursor), seq, of });
    } catch (thrown) {
      throw new Final(new Error(`the cursor could not be kept: ${messageOf(thrown)}`, { cause: thrown }));
    }
  }
}

/** @returns {{done: Promise<void>, set: () => void}} */
function latch() {
  let set = () => {};
  const done = new Promise((/** @type {(value: void) => void} */ resolve) => {
    set = resolve;
  });
  return { done, set };
}

/**
 * Reports whether commands of a status say which version of the order they are based on. Those that do not stay refused once they
 * are refused.
 * @param {number} status
 */
function basedOnVersion(status) {
  return status !== Status.PLACED && status !== Status.ACCEPTED && status !== Status.OFFER_DECLINED;
}

/**
 * Makes the frame of a command. What would end the session is refused here.
 * @param {Command & {id: string}} command
 */
function encode(command) {
  if (typeof command.id !== 'string' || command.id === '' || command.id.length > 64) {
    throw new CalloutError('invalid', 'id is a text of 1 to 64 characters');
  }
  const frame = JSON.stringify({ type: 'command', ...command });
  const bytes = new TextEncoder().encode(frame).length;
  if (bytes > mostBytes) {
    throw new CalloutError('too_large', `the command has ${bytes} bytes; ${mostBytes} are the most`);
  }
  return frame;
}

/**
 * @param {Frame} frame
 * @returns {Received}
 */
function receivedOf(frame) {
  const { seq, orderId, version, status, order } = frame;
  if (!Number.isSafeInteger(seq) || typeof orderId !== 'string' || !status || typeof order !== 'object' || order === null) {
    throw new ProtocolFault('an event lacks what every event has');
  }
  return {
    orderStatusAsInt: status.statusCode, orderStatusAsString: status.name ?? nameOf(status.statusCode), message: status.message ?? '',
    senderId: frame.senderId ?? '', receiverId: frame.receiverId ?? '', orderId, seq, version, at: frame.at,
    commandId: frame.commandId ?? '', order, extra: frame.extra ?? {}, reset: false,
  };
}

/**
 * @param {number} seq
 * @param {string} userId
 * @returns {Received}
 */
function resetAt(seq, userId) {
  return {
    orderStatusAsInt: 0, orderStatusAsString: '', message: '', senderId: '', receiverId: userId, orderId: '', seq, version: 0, at: '',
    commandId: '', order: { id: '', version: 0, statusCode: 0 }, extra: {}, reset: true,
  };
}

/** @import { Command, Config, OrderStatus, Received, Role } from './types.js' */
/** @import { Change } from './socket.js' */

import { informer } from './config.js';
import { BusyError, ClosedError, errorOf } from './errors.js';
import { Socket } from './socket.js';
import { until } from './waiting.js';
import { Status } from './statuses.js';

/** How many events of the program may wait in a bloc, and how many states for it. */
const mostWaiting = 1024;

/** What a SocketBloc is told. */
export class SocketEvent {}

/** Has the bloc connect, and stay connected. */
export class SocketConnectEvent extends SocketEvent {}

/** Has the bloc disconnect. */
export class SocketDisconnectEvent extends SocketEvent {}

/** Says that something was received; the bloc passes it on as a state. */
export class SocketReceiveDataEvent extends SocketEvent {
  /** @param {Received} received */
  constructor(received) {
    super();
    this.received = received;
  }
}

/** Has the bloc send a command, as Socket.send does. */
export class SocketSendDataEvent extends SocketEvent {
  /** @param {Command} command */
  constructor(command) {
    super();
    this.command = command;
  }
}

/** What a SocketBloc tells. */
export class SocketState {}

/** The connection is there. */
export class SocketConnectState extends SocketState {}

/** The connection is not there. */
export class SocketDisconnectState extends SocketState {
  /**
   * @param {Error | null} error why; null after a SocketDisconnectEvent, and when everything is done (see Config.whenDone)
   * @param {boolean} returning the bloc is trying to connect again. If it is not, a SocketConnectEvent makes it
   */
  constructor(error = null, returning = false) {
    super();
    this.error = error;
    this.returning = returning;
  }
}

/** Gives the program an event of its inbox. */
export class SocketReceiveDataState extends SocketState {
  /** @param {Received} received */
  constructor(received) {
    super();
    this.received = received;
  }
}

/** What became of a command. */
export class SocketDataSentState extends SocketState {
  /**
   * @param {string} message in a sentence for people
   * @param {Command} command as it was handed in
   * @param {Received | null} received the event that it was; null: it did not take effect, or that is not known
   * @param {Error | null} error null: it took effect. Else as from Socket.send
   */
  constructor(message, command, received, error) {
    super();
    this.message = message;
    this.command = command;
    this.received = received;
    this.error = error;
  }
}

/** Something was to be sent while there was no socket to send it. */
export class SocketNullState extends SocketState {}

/**
 * A Socket as a component that events go into and states come out of. It handles the events one after the other, and may connect and
 * disconnect any number of times: what it receives comes from the inbox, which no connection owns, so a new connection goes on where
 * the last one was.
 */
export class SocketBloc {
  /** The socket that does it. */
  socket;

  #config;
  /** @type {SocketEvent[]} */
  #events = [];
  #handling = false;
  /** @type {{state: SocketState, finished: () => void}[]} */
  #states = [];
  #finished = () => {}; // says that the program has done with the state that it was given
  #wake = () => {}; // ends the wait of the loop over states
  #room = () => {}; // ends the wait for room for another state
  #listening = false;
  #closed = new AbortController();
  #closing = /** @type {Promise<void> | null} */ (null);
  #life = 0; // counts the lives of the socket
  #running = false; // one is under way
  #told = false; // connected, as the program was told

  /** @param {Config} config */
  constructor(config) {
    this.#config = config;
    this.socket = new Socket(config);
    void this.#subscribe();
  }

  get userId() {
    return this.socket.userId;
  }

  get type() {
    return this.socket.role;
  }

  get isConnected() {
    return this.socket.connected;
  }

  /** The user's open orders, as Socket.orders lists them. */
  orders() {
    return this.socket.orders();
  }

  /**
   * Has an event handled after those that were added before. It throws a BusyError when 1,024 wait already, or a ClosedError.
   * @param {SocketEvent} event
   */
  add(event) {
    if (this.#closed.signal.aborted) {
      throw new ClosedError();
    }
    if (this.#events.length >= mostWaiting) {
      throw new BusyError();
    }
    this.#events.push(event);
    void this.#handle();
  }

  /**
   * Adds a SocketReceiveDataEvent. What comes from the inbox needs no such call.
   * @param {Received} received
   */
  receiveOrderStatus(received) {
    this.add(new SocketReceiveDataEvent(received));
  }

  /**
   * Adds a SocketSendDataEvent that asks for the status on the order. With PLACED, receiverId is the serviceman whom the order is
   * offered to. A command that says more than that is added as an event.
   * @param {Partial<OrderStatus> & {orderStatusAsInt: number}} status
   */
  sendOrderStatus(status) {
    /** @type {Command} */
    const command = { statusCode: status.orderStatusAsInt };
    if (status.orderId) {
      command.orderId = status.orderId;
    }
    if (command.statusCode === Status.PLACED && status.receiverId) {
      command.receivers = [status.receiverId];
    }
    this.add(new SocketSendDataEvent(command));
  }

  /**
   * Gives the states in order, each once. As with Socket.orderStatuses, asking for the next one says that the program has finished the
   * one before. The loop ends when the signal is given or the bloc is closed. Only one loop may run at a time. Without a loop the bloc
   * stops handling events when 1,024 states wait for one.
   * @param {{signal?: AbortSignal}} [options]
   * @returns {AsyncGenerator<SocketState, void, undefined>}
   */
  async *states({ signal } = {}) {
    if (this.#listening) {
      throw new Error('another loop over states is running');
    }
    this.#listening = true;
    try {
      for (;;) {
        this.#finished();
        this.#finished = () => {};
        if (signal?.aborted || this.#closed.signal.aborted) {
          return;
        }
        const next = this.#states.shift();
        if (next) {
          this.#finished = next.finished;
          this.#room();
          yield next.state;
          continue;
        }
        await until(signal, (resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this.#listening = false;
    }
  }

  /**
   * Disconnects, and ends the bloc and the loop over its states. Events that have not been handled are dropped.
   */
  close() {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close() {
    this.#closed.abort();
    this.#events = [];
    this.#states = [];
    this.#wake();
    this.#room();
    await this.socket.close();
  }

  async #handle() {
    if (this.#handling) {
      return;
    }
    this.#handling = true;
    for (let event = this.#events.shift(); event; event = this.#events.shift()) {
      while (this.#states.length >= mostWaiting && !this.#closed.signal.aborted) {
        await new Promise((resolve) => {
          this.#room = () => resolve(undefined);
        });
      }
      if (event instanceof SocketConnectEvent) {
        await this.#connect();
      } else if (event instanceof SocketDisconnectEvent) {
        await this.#disconnect();
      } else if (event instanceof SocketReceiveDataEvent) {
        this.#tell(new SocketReceiveDataState(event.received));
      } else if (event instanceof SocketSendDataEvent) {
        this.#send(event.command);
      }
    }
    this.#handling = false;
  }

  async #connect() {
    if (this.#running) {
      if (this.#told) {
        this.#tell(new SocketConnectState());
      }
      return;
    }
    const life = ++this.#life;
    const inform = informer(this.#config.onConnection);
    try {
      await this.socket.start((change) => this.#linked(life, change, inform));
      this.#running = true;
    } catch (thrown) {
      this.#tell(new SocketDisconnectState(errorOf(thrown)));
    }
  }

  async #disconnect() {
    if (this.#running) {
      this.#life++; // what is still to be heard of the old one is of no interest
      await this.socket.close();
    }
    this.#running = this.#told = false;
    this.#tell(new SocketDisconnectState());
  }

  /** @param {Command} command */
  #send(command) {
    if (!this.#running) {
      this.#tell(new SocketNullState());
      return;
    }
    this.socket.send(command).then(
      (received) => this.#tell(new SocketDataSentState(received.message, command, received, null)),
      (error) => this.#tell(new SocketDataSentState(errorOf(error).message, command, null, errorOf(error))),
    );
  }

  /**
   * Tells what became of the connection.
   * @param {number} life
   * @param {Change} change
   * @param {(change: Change) => void} inform
   */
  #linked(life, change, inform) {
    if (life !== this.#life) {
      return;
    }
    inform(change);
    const { connected, ended, error } = change;
    if (ended) {
      this.#running = false;
      this.#tell(new SocketDisconnectState(error));
    } else if (connected && !this.#told) {
      this.#tell(new SocketConnectState());
    } else if (!connected && this.#told) {
      this.#tell(new SocketDisconnectState(error, true));
    }
    this.#told = connected;
  }

  /** Takes the events of the inbox, each when the program has done with the one before, through all lives of the socket. */
  async #subscribe() {
    const { signal } = this.#closed;
    for (;;) {
      const received = await this.socket.next(() => signal.aborted, signal);
      if (!received) {
        return;
      }
      let finished = false;
      await until(signal, (resolve) => {
        this.#tell(new SocketReceiveDataState(received), () => {
          finished = true;
          resolve();
        });
      });
      if (!finished) {
        return; // the program was not given it, or was busy with it
      }
    }
  }

  /**
   * @param {SocketState} state
   * @param {() => void} [finished]
   */
  #tell(state, finished = () => {}) {
    this.#states.push({ state, finished });
    this.#wake();
  }
}

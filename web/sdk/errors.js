/** @import { Command, Order } from './types.js' */

/** A refusal by the rules: a code for programs and a message for people. */
export class CalloutError extends Error {
  /**
   * @param {string} code one of invalid, forbidden, not_found, conflict and too_large
   * @param {string} message
   * @param {Order | null} [order] as the user may see it now
   */
  constructor(code, message, order = null) {
    super(message);
    this.name = 'CalloutError';
    this.code = code;
    this.order = order;
  }
}

/** The socket is not open: not yet, not any longer, or it has ended for good. */
export class ClosedError extends Error {
  /** @param {Error | null} [cause] why it has ended */
  constructor(cause = null) {
    super(cause ? `the socket is not open: ${cause.message}` : 'the socket is not open', cause ? { cause } : undefined);
    this.name = 'ClosedError';
  }
}

/**
 * The server no longer has what this device knew, such as after it was restored from a backup. The command was dropped; decide
 * anew by the socket's orders.
 */
export class ResetError extends Error {
  constructor() {
    super('the server has lost what this device knew');
    this.name = 'ResetError';
  }
}

/** Too much waits already. */
export class BusyError extends Error {
  constructor() {
    super('too much is waiting');
    this.name = 'BusyError';
  }
}

/** A command was sent, but the wait for it ended before it was known what became of it. It may have taken effect, or may yet. */
export class UndecidedError extends Error {
  /**
   * @param {Command} command as it was sent. Sent again unchanged, it tells what became of it and has no second effect
   * @param {unknown} cause why the wait ended
   */
  constructor(command, cause) {
    super(`it is not known whether the command took effect: ${messageOf(cause)}`, { cause });
    this.name = 'UndecidedError';
    this.command = command;
  }
}

/** The close codes that end a socket for good. */
export const CloseCode = Object.freeze({
  UNAUTHENTICATED: 4100, // no valid token
  MALFORMED: 4101, // the server does not understand this SDK
  FORBIDDEN: 4103, // a valid token, but not for this
  TOKEN_EXPIRED: 4104, // and there was no other
  REPLACED: 4105, // a later socket of the same device has taken over
  LOGGED_OUT: 4106, // the device was logged out, or the user's sessions ended
});

/** A server's word on why it closed a connection. */
export class CloseError extends Error {
  /**
   * @param {number} code of the WebSocket close frame; 4100 to 4199 end the socket for good
   * @param {string} reason
   * @param {{afterMs?: number, stay?: boolean}} [more]
   */
  constructor(code, reason, { afterMs = 0, stay = false } = {}) {
    super(`closed by the server with code ${code}${reason ? `: ${reason}` : ''}`);
    this.name = 'CloseError';
    this.code = code;
    this.reason = reason;
    /** How long to stay away, in milliseconds. */
    this.afterMs = afterMs;
    /** Not to come back. */
    this.stay = stay;
    /** The hello may have come too late to be looked at. */
    this.late = false;
  }

  /** Whether the server does not want the client back. */
  get final() {
    return this.code >= 4100 || (this.code >= 4000 && this.stay);
  }
}

/** A server that does what the protocol does not allow. Coming back may help; hurrying will not. */
export class ProtocolFault extends Error {
  /** @param {string} what */
  constructor(what) {
    super(`the server broke the protocol: ${what}`);
    this.name = 'ProtocolFault';
  }
}

/** Ends a socket for good with its cause. */
export class Final extends Error {
  /** @param {Error} cause */
  constructor(cause) {
    super(cause.message, { cause });
    this.error = cause;
  }
}

/**
 * Reports whether a refusal says nothing of the outcome. A code that this SDK does not know is no reason to insist.
 * @param {string} code
 */
export function sendAgain(code) {
  return code === 'rate_limited' || code === 'overloaded' || code === 'unavailable' || code === 'internal';
}

/** @param {unknown} thrown */
export function messageOf(thrown) {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * What was thrown, as an error.
 * @param {unknown} thrown
 */
export function errorOf(thrown) {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

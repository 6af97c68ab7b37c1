/** @import { Config, CursorStore, WebSocketClass, Role } from './types.js' */
/** @import { Change } from './socket.js' */

import { MemoryCursor } from './cursor.js';
import { tell } from './waiting.js';

const path = '/v1/socket';
const idPattern = /^[A-Za-z0-9._|:@+-]{1,64}$/;

/**
 * @typedef {object} Complete a config with everything in it
 * @property {string} url of the WebSocket
 * @property {string} userId
 * @property {Role | ''} role
 * @property {(() => string | Promise<string>) | null} token
 * @property {string} device
 * @property {CursorStore} cursor
 * @property {number} window
 * @property {boolean} whenDone
 * @property {number} retryMin
 * @property {number} retryMax
 * @property {(connected: boolean, error: Error | null) => void} onConnection
 * @property {((receipt: import('./types.js').Receipt) => void) | null} onReceipt
 * @property {((happened: import('./types.js').Happened[], missed: boolean) => void) | null} onWatch
 * @property {WebSocketClass} WebSocket
 */

/**
 * Fills in what is left out, or throws a TypeError that says what is wrong.
 * @param {Config} config
 * @returns {Complete}
 */
export function complete(config) {
  checkFunctions(config);
  const WebSocket = config.WebSocket ?? globalThis.WebSocket;
  if (!WebSocket) {
    throw new TypeError('this runtime has no WebSocket (Node.js has from version 22 on): pass one as config.WebSocket');
  }
  const { userId = '', role = '', token = null, device = '', window = 64, retryMin = 250, retryMax = 30_000 } = config;
  if (device && !idPattern.test(device)) {
    throw new TypeError('device is not 1 to 64 of A-Z a-z 0-9 . _ | : @ + -');
  }
  if ((userId || !token) && !idPattern.test(userId)) {
    throw new TypeError('userId is not 1 to 64 of A-Z a-z 0-9 . _ | : @ + -');
  }
  if (!token && !['client', 'serviceman', 'operator'].includes(role)) {
    throw new TypeError('without a token, role has to be said: client, serviceman or operator');
  }
  if (!(Number.isSafeInteger(window) && window > 0 && retryMin > 0 && retryMax > 0)) {
    throw new TypeError('window, retryMin and retryMax are more than 0');
  }
  return {
    url: endpoint(config.url), userId, role, token, device, window, WebSocket,
    cursor: config.cursor ?? new MemoryCursor(),
    whenDone: config.whenDone ?? false,
    retryMin, retryMax: Math.max(retryMin, retryMax),
    onConnection: config.onConnection ?? (() => {}),
    onReceipt: config.onReceipt ?? null,
    onWatch: config.onWatch ?? null,
  };
}

/**
 * Throws a TypeError if something that is to be called cannot be.
 * @param {Config} config
 */
function checkFunctions({ token, cursor, onConnection, onReceipt, onWatch }) {
  if (token != null && typeof token !== 'function') {
    throw new TypeError('token is a function that gives one, such as () => token');
  }
  for (const [name, listener] of Object.entries({ onConnection, onReceipt, onWatch })) {
    if (listener != null && typeof listener !== 'function') {
      throw new TypeError(`${name} is a function`);
    }
  }
  if (cursor != null && (typeof cursor.load !== 'function' || typeof cursor.save !== 'function')) {
    throw new TypeError('cursor has functions load and save');
  }
}

/**
 * Gives what tells onConnection what becomes of the connection of one life: each change, and before those that the first attempt has
 * failed. An end before the first attempt has come to anything is no news.
 * @param {Config['onConnection']} onConnection
 * @returns {(change: Change) => void}
 */
export function informer(onConnection) {
  /** @type {boolean | null} as the program was told */
  let was = null;
  return ({ connected, ended, error }) => {
    if (ended ? was : connected !== was) {
      was = connected;
      tell(onConnection, connected, error);
    }
  };
}

/**
 * The WebSocket address of a server.
 * @param {string} base
 */
function endpoint(base) {
  const url = new URL(base, globalThis.location?.href);
  switch (url.protocol) {
    case 'http:':
    case 'https:':
      url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
      if (!url.pathname.endsWith(path)) {
        url.pathname = url.pathname.replace(/\/$/, '') + path;
      }
      break;
    case 'ws:':
    case 'wss:':
      if (url.pathname === '/') {
        url.pathname = path;
      }
      break;
    default:
      throw new TypeError(`url ${base} starts with none of http, https, ws and wss`);
  }
  url.hash = '';
  return url.href;
}

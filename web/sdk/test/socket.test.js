import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { CloseError, ClosedError, MemoryCursor, ResetError, Socket, Status, StorageCursor, UndecidedError } from '../callout.js';
import { sleep } from '../pause.js';
import { startProxy, startServer, token } from './support/server.js';

/** @import { Received } from '../callout.js' */

const patience = { timeout: 60_000 };

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

/**
 * Takes the next event.
 * @param {Socket} socket
 * @returns {Promise<Received>}
 */
async function hear(socket) {
  for await (const received of socket.orderStatuses()) {
    return received;
  }
  throw socket.error ?? new Error('the socket is over');
}

/** @param {string} userId @param {Partial<import('../callout.js').Config>} [more] */
function client(userId, more) {
  return new Socket({ url: server.url, userId, role: 'client', retryMin: 1, ...more });
}

/** @param {Socket} socket @param {string} [to] */
const place = (socket, to = 's-nobody') => socket.send({ statusCode: Status.PLACED, receivers: [to] });

test('a program that starts again goes on after what it has finished', patience, async () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  const storage = { getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value) };
  const first = client('k-1', { cursor: new StorageCursor('k', storage) });
  await first.open();
  const [one, two] = [await place(first), await place(first)];
  assert.equal((await hear(first)).orderId, one.orderId);
  assert.equal((await hear(first)).orderId, two.orderId); // which finishes the one before, and not this one
  await first.close();

  const second = client('k-1', { cursor: new StorageCursor('k', storage) });
  await second.open();
  assert.equal((await hear(second)).orderId, two.orderId);
  await second.close();
});

test('the server may be killed under a socket', patience, async () => {
  const own = await startServer();
  const socket = new Socket({ url: own.url, userId: 'r-1', role: 'client', retryMin: 1, retryMax: 50 });
  await socket.open();
  await place(socket);
  await own.restart();
  const placed = await place(socket);
  assert.equal((await hear(socket)).seq, 1);
  assert.equal((await hear(socket)).orderId, placed.orderId);
  await socket.close();
  await own.stop();
});

test('a command whose wait ends is undecided if it may have been heard', patience, async () => {
  const network = await startProxy(server.url);
  const socket = client('u-1', { url: network.url });
  await socket.open();
  await assert.rejects(place(client('u-2')), ClosedError);
  network.cut();
  const unsent = new AbortController();
  const saying = socket.send({ statusCode: Status.PLACED, receivers: ['s-1'], id: 'u-k' }, { signal: unsent.signal });
  unsent.abort(new Error('enough'));
  await assert.rejects(saying, /enough/);
  const closing = socket.send({ statusCode: Status.PLACED, receivers: ['s-1'] });
  await socket.close();
  await assert.rejects(closing, (error) => error instanceof ClosedError || error instanceof UndecidedError);
  await network.stop();
});

test('open gives up when it is told to, or when trying is no use', patience, async () => {
  await assert.rejects(new Socket({ url: 'ws://127.0.0.1:1', userId: 'x', role: 'client', retryMin: 1 }).open({ signal: AbortSignal.timeout(50) }), /timeout/i);
  const closed = await startServer([]);
  const nobody = new Socket({ url: closed.url, userId: 'x', role: 'client' });
  await assert.rejects(nobody.open(), (error) => error instanceof CloseError && error.code === 4100);
  await closed.stop();
});

test('a token is asked for again in time, and a session outlives it', patience, async () => {
  const closed = await startServer(['--token-grace', '1s']);
  let asked = 0;
  let lost = 0;
  let enough = () => {};
  const often = new Promise((/** @type {(value: void) => void} */ resolve) => {
    enough = resolve;
  });
  const socket = new Socket({
    url: closed.url, retryMin: 1, onConnection: (connected) => void (lost += connected ? 0 : 1),
    token: () => {
      asked++;
      if (asked === 4) {
        enough();
      }
      return token('t-1', 'client', 1 + asked);
    },
  });
  await socket.open();
  assert.deepEqual([socket.userId, socket.role], ['t-1', 'client']);
  await often;
  const placed = await place(socket);
  assert.equal((await hear(socket)).orderId, placed.orderId);
  assert.equal(lost, 0);
  await socket.close();
  await closed.stop();
});

test('a cursor of another inbox is told of a reset', patience, async () => {
  const cursor = new MemoryCursor();
  cursor.save({ userId: 'z-1', device: 'phone', seq: 41, of: 'o-17/3' });
  const socket = client('z-1', { cursor });
  await socket.open();
  const first = await hear(socket);
  assert(first.reset);
  const placed = await place(socket);
  assert.equal((await hear(socket)).orderId, placed.orderId);
  assert.equal(new ResetError().name, 'ResetError');
  await socket.close();
});

test('a receipt says that the other has it', patience, async () => {
  /** @type {import('../callout.js').Receipt[]} */
  const receipts = [];
  let told = () => {};
  const got = new Promise((/** @type {(value: void) => void} */ resolve) => {
    told = resolve;
  });
  const socket = client('q-1', {
    onReceipt: (receipt) => {
      receipts.push(receipt);
      if (receipt.ackedAt) {
        told();
      }
    },
  });
  const worker = new Socket({ url: server.url, userId: 'q-s', role: 'serviceman' });
  await Promise.all([socket.open(), worker.open()]);
  const placed = await place(socket, 'q-s');
  await hear(worker);
  await worker.close();
  const another = new Socket({ url: server.url, userId: 'q-s', role: 'serviceman' });
  await another.open();
  await another.send({ statusCode: Status.ACCEPTED, orderId: placed.orderId });
  await hear(another);
  const asking = setInterval(() => socket.askReceipt(placed.orderId, 1), 50);
  await hear(socket);
  await socket.send({ statusCode: Status.STARTED, orderId: placed.orderId, version: 2 });
  for await (const received of another.orderStatuses()) {
    if (received.orderStatusAsInt === Status.STARTED) {
      break;
    }
  }
  await place(socket, 'q-s');
  await hear(another); // which finishes STARTED
  await got;
  clearInterval(asking);
  assert(receipts.every((receipt) => receipt.userId === 'q-s'));
  await Promise.all([socket.close(), another.close()]);
});

test('an operator watches', patience, async () => {
  let tell = (/** @type {import('../callout.js').Happened} */ _) => {};
  const told = new Promise((/** @type {(happened: import('../callout.js').Happened) => void} */ resolve) => {
    tell = resolve;
  });
  const operator = client('w-o', { role: 'operator', onWatch: ([first]) => first && tell(first) });
  const socket = client('w-c');
  await Promise.all([operator.open(), socket.open()]);
  const placed = await place(socket);
  const { at, ...happened } = await told;
  assert.deepEqual(happened, { orderId: placed.orderId, version: 1, statusCode: Status.PLACED });
  assert.equal(at, placed.at);
  await Promise.all([operator.close(), socket.close()]);
  await assert.rejects(client('w-c2', { onWatch: () => {} }).open(), (error) => error instanceof CloseError && error.code === 4103);
});

test('what is wrong with a config is said at once', () => {
  for (const wrong of [
    { url: 'ftp://x', userId: 'a', role: /** @type {const} */ ('client') },
    { url: server.url, userId: '', role: /** @type {const} */ ('client') },
    { url: server.url, userId: 'a b', role: /** @type {const} */ ('client') },
    { url: server.url, userId: 'a', device: 'my phone', role: /** @type {const} */ ('client') },
    { url: server.url, userId: 'a' },
    { url: server.url, userId: 'a', role: /** @type {const} */ ('client'), window: 0 },
  ]) {
    assert.throws(() => new Socket(wrong), TypeError);
  }
  /** @type {[string, any][]} */
  const uncallable = [
    ['token', 'eyJ'], ['token', ''], ['onConnection', 'told'], ['onReceipt', {}], ['onWatch', true], ['cursor', {}], ['cursor', { load: () => null }],
  ];
  for (const [name, value] of uncallable) {
    assert.throws(() => client('a', { [name]: value }), (error) => error instanceof TypeError && error.message.startsWith(name), `${name}: ${value}`);
  }
});

test('a token that does not come keeps nobody from closing, nor does an open that was given up', patience, async () => {
  const socket = new Socket({ url: server.url, token: () => new Promise(() => {}) });
  const opening = assert.rejects(socket.open(), ClosedError);
  await new Promise((resolve) => setImmediate(resolve));
  await socket.close();
  await opening;
  const enough = new AbortController();
  const given = new Socket({ url: 'ws://127.0.0.1:1', userId: 'x', role: 'client', retryMin: 1 }).open({ signal: enough.signal });
  enough.abort(new Error('enough'));
  await assert.rejects(given, /enough/);
});

test('the program is told that its socket has ended', patience, async () => {
  /** @type {boolean[]} */
  const told = [];
  const first = client('e-1', { device: 'phone', onConnection: (connected) => told.push(connected) });
  await first.open();
  const second = client('e-1', { device: 'phone' });
  await second.open();
  for await (const _ of first.orderStatuses()) {
    // until it is over
  }
  assert.deepEqual(told, [true, false]);
  await second.close();
});

test('the program is told once that the first attempt has failed', patience, async () => {
  const network = await startProxy(server.url);
  network.cut();
  /** @type {boolean[]} */
  const told = [];
  let failed = () => {};
  const failing = new Promise((/** @type {(value: void) => void} */ resolve) => {
    failed = resolve;
  });
  const socket = client('f-1', {
    url: network.url, retryMax: 5,
    onConnection: (connected, error) => {
      told.push(connected);
      assert.equal(error === null, connected);
      failed();
    },
  });
  const opening = socket.open();
  await failing;
  await new Promise((resolve) => setTimeout(resolve, 100)); // for more attempts
  assert.deepEqual(told, [false]);
  network.mend();
  await opening;
  await socket.close();
  assert.deepEqual(told, [false, true, false]);
  network.cut();
  const again = assert.rejects(socket.open(), ClosedError);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await socket.close();
  await again;
  assert.deepEqual(told, [false, true, false, false]);
  await network.stop();
});

test('the program is told of a refusal for good, but not of an end that it asked for', patience, async () => {
  const closed = await startServer([]);
  /** @type {(Error | null)[]} */
  const told = [];
  const onConnection = (/** @type {boolean} */ _, /** @type {Error | null} */ error) => told.push(error);
  const refused = new Socket({ url: closed.url, userId: 'x', role: 'client', onConnection });
  await assert.rejects(refused.open(), (error) => told.length === 1 && told[0] === error);
  await closed.stop();
  const given = new Socket({ url: server.url, token: () => new Promise(() => {}), onConnection });
  await assert.rejects(given.open({ signal: AbortSignal.timeout(20) }), /timeout/i);
  assert.equal(told.length, 1);
});

test('a loop waits for an open that is under way, and does not wait for one that nobody called', patience, async () => {
  await assert.rejects(hear(client('o-1')), (error) => error instanceof ClosedError);
  const socket = client('o-2');
  for (let i = 0; i < 2; i++) {
    const opening = socket.open();
    const hearing = hear(socket);
    await opening;
    const { orderId } = await place(socket);
    assert.equal((await hearing).orderId, orderId);
    for await (const received of socket.orderStatuses({ signal: AbortSignal.timeout(20) })) { // which finishes it
      assert.fail(received.orderId);
    }
    await socket.close();
  }
  await assert.rejects(hear(socket), (error) => error === socket.error); // it has ended, and ends loops as ever

  const slow = client('o-3', { cursor: { load: () => new Promise(() => {}), save: () => {} } });
  void slow.open();
  for await (const received of slow.orderStatuses({ signal: AbortSignal.timeout(20) })) {
    assert.fail(received.orderId);
  }
  const broken = client('o-4', { cursor: { load: () => Promise.reject(new Error('no storage')), save: () => {} } });
  const opening = assert.rejects(broken.open(), /no storage/);
  await assert.rejects(hear(broken), ClosedError);
  await opening;
});

test('a page that is left says so to the server, and is connected again when it is shown', { timeout: 20_000 }, async (t) => {
  const listeners = pretendPage(t);
  /** @type {boolean[]} */
  const clean = [];
  const Watched = class extends WebSocket {
    /** @param {string} url @param {string[]} protocols */
    constructor(url, protocols) {
      super(url, protocols);
      this.addEventListener('close', ({ wasClean }) => clean.push(wasClean));
    }
  };
  /** @type {boolean[]} */
  const told = [];
  let lose = () => {};
  const lost = new Promise((/** @type {(value: void) => void} */ resolve) => {
    lose = resolve;
  });
  const socket = client('p-1', {
    WebSocket: Watched,
    onConnection: (connected) => {
      told.push(connected);
      if (!connected) {
        lose();
      }
    },
  });
  await socket.open();
  const first = await place(socket);
  assert.equal((await hear(socket)).orderId, first.orderId);
  globalThis.dispatchEvent(new Event('pagehide'));
  await lost;
  await new Promise((resolve) => setTimeout(resolve, 100)); // in which it would come back from any other loss
  assert(!socket.connected);
  const placing = place(socket);
  globalThis.dispatchEvent(new Event('pageshow'));
  const { orderId } = await placing;
  assert.equal((await hear(socket)).orderId, orderId);
  assert.deepEqual([told, clean], [[true, false, true], [true]]);
  await socket.close();
  assert.deepEqual([...listeners], []);
});

test('a page that is left while it waits tries nothing until it is shown', { timeout: 20_000 }, async (t) => {
  const listeners = pretendPage(t);
  let waits = true;
  const waiting = sleep(20, new AbortController().signal).then(() => {
    waits = false;
  });
  globalThis.dispatchEvent(new Event('pagehide'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert(waits);
  globalThis.dispatchEvent(new Event('pageshow'));
  await waiting;
  assert.deepEqual([...listeners], []);
});

/**
 * Makes this a page for one test, as far as that has events. It gives the listeners that there are.
 * @param {import('node:test').TestContext} t
 */
function pretendPage(t) {
  const page = new EventTarget();
  /** @type {Set<unknown>} */
  const listeners = new Set();
  const pretended = {
    /** @type {EventTarget['addEventListener']} */
    addEventListener: (type, listener, options) => {
      listeners.add(listener);
      page.addEventListener(type, listener, options);
    },
    /** @type {EventTarget['removeEventListener']} */
    removeEventListener: (type, listener) => {
      listeners.delete(listener);
      page.removeEventListener(type, listener);
    },
    dispatchEvent: (/** @type {Event} */ event) => page.dispatchEvent(event),
  };
  Object.assign(globalThis, pretended);
  t.after(() => Object.keys(pretended).forEach((name) => Reflect.deleteProperty(globalThis, name)));
  return listeners;
}

test('waiting leaves no listener behind', patience, async () => {
  const signal = new AbortController().signal;
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (/** @type {any[]} */ ...args) => {
    listeners++;
    return addEventListener.apply(signal, /** @type {any} */ (args));
  };
  signal.removeEventListener = (/** @type {any[]} */ ...args) => {
    listeners--;
    return removeEventListener.apply(signal, /** @type {any} */ (args));
  };
  const socket = client('l-1');
  await socket.open();
  for (let i = 0; i < 5; i++) {
    await socket.send({ statusCode: Status.PLACED, receivers: ['s-1'] }, { signal });
    for await (const _ of socket.orderStatuses({ signal })) {
      break;
    }
  }
  await socket.close();
  assert.equal(listeners, 0);
});

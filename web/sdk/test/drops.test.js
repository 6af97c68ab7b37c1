import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Socket, Status } from '../callout.js';
import { startProxy, startServer } from './support/server.js';

/** @import { Received } from '../callout.js' */

const life = [Status.PLACED, Status.ACCEPTED, Status.STARTED, Status.PAYMENT, Status.PAYMENT_VERIFICATION, Status.ORDER_COMPLETE];

// The original's standing trouble was that after a reconnect, received states no longer arrived ("every second connection").
test('a thousand drops miss and repeat nothing', { timeout: 240_000 }, async (t) => {
  const drops = 1000;
  const server = await startServer();
  t.after(() => server.stop());
  const network = await startProxy(server.url);
  t.after(() => network.stop());
  const client = new Socket({ url: network.url, userId: 'c-1', role: 'client', retryMin: 1, retryMax: 20 });
  const worker = new Socket({ url: network.url, userId: 's-9', role: 'serviceman', retryMin: 1, retryMax: 20 });
  await Promise.all([client.open(), worker.open()]);
  t.after(() => Promise.all([client.close(), worker.close()]));

  let dropped = 0;
  const dropper = setInterval(() => {
    network.drop();
    dropped++;
    if (dropped === drops) {
      clearInterval(dropper);
    }
  }, 25);
  t.after(() => clearInterval(dropper));

  const place = () => client.send({ statusCode: Status.PLACED, receivers: ['s-9'] });
  /** @type {Record<number, (received: Received) => Promise<unknown> | void>} */
  const clientDoes = {
    [Status.ACCEPTED]: ({ orderId }) => client.send({ statusCode: Status.STARTED, orderId }),
    [Status.STARTED]: ({ orderId }) => client.send({ statusCode: Status.PAYMENT, orderId, extra: { method: 'upi' } }),
    [Status.PAYMENT_VERIFICATION]: ({ orderId }) => client.send({ statusCode: Status.ORDER_COMPLETE, orderId }),
  };
  /** @type {typeof clientDoes} */
  const workerDoes = {
    [Status.PLACED]: ({ orderId }) => worker.send({ statusCode: Status.ACCEPTED, orderId }),
    [Status.PAYMENT]: ({ orderId }) => worker.send({ statusCode: Status.PAYMENT_VERIFICATION, orderId }),
  };

  let orders = 1;
  const byClient = follow(client, clientDoes, async (received) => {
    if (received.orderStatusAsInt !== Status.ORDER_COMPLETE) {
      return true;
    }
    if (dropped >= drops) {
      return false;
    }
    orders++;
    await place();
    return true;
  });
  let ended = 0;
  let done = false; // the client has heard all that it wanted to
  const over = new AbortController();
  const endIfDone = () => {
    if (done && ended === orders) {
      over.abort();
    }
  };
  const byWorker = follow(worker, workerDoes, async (received) => {
    ended += received.orderStatusAsInt === Status.ORDER_COMPLETE ? 1 : 0;
    endIfDone();
    return true;
  }, over.signal);
  await place();
  holdToThePromise(await byClient, orders);
  done = true;
  endIfDone();
  holdToThePromise(await byWorker, orders);
  t.diagnostic(`${dropped} drops, ${orders} orders`);
});

/**
 * Plays a party's part until it is to go on no more, and gives all that it heard.
 * @param {Socket} socket
 * @param {Record<number, (received: Received) => Promise<unknown> | void>} does
 * @param {(received: Received) => Promise<boolean>} goesOn
 * @param {AbortSignal} [signal]
 */
async function follow(socket, does, goesOn, signal) {
  /** @type {Received[]} */
  const heard = [];
  for await (const received of socket.orderStatuses({ signal })) {
    heard.push(received);
    await does[received.orderStatusAsInt]?.(received);
    if (!(await goesOn(received))) {
      break;
    }
  }
  return heard;
}

/**
 * An inbox has no gap and nothing twice, and every order went through its whole life once.
 * @param {Received[]} heard
 * @param {number} orders
 */
function holdToThePromise(heard, orders) {
  /** @type {Map<string, number>} */
  const at = new Map();
  for (const [i, received] of heard.entries()) {
    const n = at.get(received.orderId) ?? 0;
    assert.equal(received.seq, i + 1);
    assert.equal(received.orderStatusAsInt, life[n], `order ${received.orderId}, event ${n + 1}`);
    assert.equal(received.version, n + 1);
    at.set(received.orderId, n + 1);
  }
  assert.equal(at.size, orders);
  assert([...at.values()].every((n) => n === life.length));
}

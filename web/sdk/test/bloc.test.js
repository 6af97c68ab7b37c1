import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  CalloutError, ClosedError, MemoryCursor, SocketBloc, SocketConnectEvent, SocketConnectState, SocketDataSentState, SocketDisconnectEvent,
  SocketDisconnectState, SocketNullState, SocketReceiveDataState, SocketSendDataEvent, Status,
} from '../callout.js';
import { startProxy, startServer } from './support/server.js';

const patience = { timeout: 60_000 };

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

/**
 * Gives the next state, which has to be of a class.
 * @template {import('../callout.js').SocketState} S
 * @param {AsyncGenerator<import('../callout.js').SocketState>} states
 * @param {new (...args: any[]) => S} want
 * @returns {Promise<S>}
 */
async function next(states, want) {
  const { value } = await states.next();
  assert(value instanceof want, `the next state is a ${value?.constructor.name}, not a ${want.name}`);
  return value;
}

test('a bloc takes events and gives states', patience, async () => {
  const client = new SocketBloc({ url: server.url, userId: 'b-c', role: 'client' });
  const worker = new SocketBloc({ url: server.url, userId: 'b-s', role: 'serviceman' });
  const [told, heard] = [client.states(), worker.states()];
  assert.deepEqual([client.userId, client.type, client.isConnected], ['b-c', 'client', false]);

  worker.sendOrderStatus({ orderStatusAsInt: Status.ACCEPTED, orderId: 'o' });
  await next(heard, SocketNullState);
  worker.add(new SocketConnectEvent());
  await next(heard, SocketConnectState);
  client.add(new SocketConnectEvent());
  await next(told, SocketConnectState);
  assert(client.isConnected);

  client.sendOrderStatus({ orderStatusAsInt: Status.PLACED, receiverId: 'b-s' });
  const states = [await told.next(), await told.next()].map(({ value }) => value);
  const sent = states.find((s) => s instanceof SocketDataSentState);
  const received = states.find((s) => s instanceof SocketReceiveDataState);
  assert.equal(sent?.error, null);
  assert.equal(sent?.message, 'The order has been placed');
  assert.equal(received?.received.orderId, sent?.received?.orderId);

  const placed = await next(heard, SocketReceiveDataState);
  assert.equal(placed.received.orderStatusAsString, 'PLACED');
  worker.add(new SocketSendDataEvent({ statusCode: Status.STARTED, orderId: placed.received.orderId }));
  const refused = await next(heard, SocketDataSentState);
  assert(refused.error instanceof CalloutError);
  assert.equal(refused.error.code, 'forbidden');

  worker.add(new SocketDisconnectEvent());
  const gone = await next(heard, SocketDisconnectState);
  assert.deepEqual([gone.error, gone.returning, worker.isConnected], [null, false, false]);
  client.sendOrderStatus({ orderStatusAsInt: Status.CANCELLED, orderId: placed.received.orderId });
  await told.next();
  worker.add(new SocketConnectEvent());
  await next(heard, SocketConnectState);
  assert.equal((await next(heard, SocketReceiveDataState)).received.orderStatusAsString, 'CANCELLED');

  await Promise.all([client.close(), worker.close()]);
  assert.equal((await heard.next()).done, true);
  assert.throws(() => worker.add(new SocketConnectEvent()), ClosedError);
});

test('a bloc tells that the connection is lost, and that it is back', patience, async () => {
  const network = await startProxy(server.url);
  const bloc = new SocketBloc({ url: network.url, userId: 'b-lost', role: 'client', retryMin: 1 });
  const states = bloc.states();
  bloc.add(new SocketConnectEvent());
  await next(states, SocketConnectState);
  network.cut();
  const lost = await next(states, SocketDisconnectState);
  assert(lost.returning && lost.error);
  network.mend();
  await next(states, SocketConnectState);
  await bloc.close();
  await network.stop();
});

test('a bloc tells of a first attempt that failed by onConnection alone', patience, async () => {
  const network = await startProxy(server.url);
  network.cut();
  /** @type {boolean[]} */
  const told = [];
  let failed = () => {};
  const failing = new Promise((/** @type {(value: void) => void} */ resolve) => {
    failed = resolve;
  });
  const bloc = new SocketBloc({
    url: network.url, userId: 'b-first', role: 'client', retryMin: 1,
    onConnection: (connected) => {
      told.push(connected);
      failed();
    },
  });
  const states = bloc.states();
  bloc.add(new SocketConnectEvent());
  await failing;
  network.mend();
  await next(states, SocketConnectState);
  assert.deepEqual(told, [false, true]);
  await bloc.close();
  await network.stop();
});

test('an event that was not handed to the program is not finished by closing', patience, async () => {
  const cursor = new MemoryCursor();
  const config = { url: server.url, userId: 'b-f', role: /** @type {const} */ ('serviceman'), device: 'phone', cursor };
  const client = new SocketBloc({ url: server.url, userId: 'b-g', role: 'client' });
  const told = client.states();
  client.add(new SocketConnectEvent());
  await next(told, SocketConnectState);

  const first = new SocketBloc(config);
  first.add(new SocketConnectEvent());
  await next(first.states(), SocketConnectState);
  client.sendOrderStatus({ orderStatusAsInt: Status.PLACED, receiverId: 'b-f' });
  await told.next();
  await told.next();
  while (first.orders().length === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await first.close();

  const second = new SocketBloc(config);
  const states = second.states();
  second.add(new SocketConnectEvent());
  const one = (await states.next()).value;
  const other = one instanceof SocketConnectState ? (await states.next()).value : one;
  assert(other instanceof SocketReceiveDataState);
  assert.equal(other.received.orderStatusAsString, 'PLACED');
  await Promise.all([second.close(), client.close()]);
});

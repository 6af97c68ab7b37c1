// An order server as one writes it with ws and pg.
import { createServer } from 'node:http';
import pg from 'pg';
import { WebSocket, WebSocketServer } from 'ws';
import { Orders, Refused } from './orders.js';

const pipelined = process.env.PIPELINE === '1';
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.POOL ?? 10),
  pipeline: pipelined,
});
pool.on('error', console.error);
const orders = new Orders(pool, { pipelined });
const http = createServer();
const wss = new WebSocketServer({ server: http });

const socketsOf = new Map(); // of a user

wss.on('connection', (socket, request) => {
  const userId = new URL(request.url, 'http://localhost').searchParams.get('userId');
  if (!userId) return socket.close(4100, 'who are you?');
  enter(userId, socket);
  socket.alive = true;
  socket.on('pong', () => { socket.alive = true; });
  socket.on('error', console.error);
  socket.on('close', () => leave(userId, socket));
  socket.on('message', async (data) => {
    let command;
    try {
      command = JSON.parse(data);
    } catch {
      return socket.close(4101, 'no JSON');
    }
    try {
      const event = await orders.commit(command, userId);
      send(socket, { type: 'done', id: command.id, orderId: event.orderId, version: event.version });
      tell(command.to, event);
    } catch (err) {
      const refused = err instanceof Refused;
      if (!refused) console.error(err);
      send(socket, { type: 'error', id: command.id, error: refused ? err.code : 'internal' });
    }
  });
});

function enter(userId, socket) {
  if (!socketsOf.has(userId)) socketsOf.set(userId, new Set());
  socketsOf.get(userId).add(socket);
}

function leave(userId, socket) {
  const sockets = socketsOf.get(userId);
  sockets.delete(socket);
  if (sockets.size === 0) socketsOf.delete(userId);
}

function tell(userId, event) {
  for (const socket of socketsOf.get(userId) ?? []) send(socket, { type: 'event', ...event });
}

function send(socket, message) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

const heartbeat = setInterval(() => {
  for (const socket of wss.clients) {
    if (!socket.alive) {
      socket.terminate();
      continue;
    }
    socket.alive = false;
    socket.ping();
  }
}, 30_000);

http.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(JSON.stringify({ addr: `127.0.0.1:${http.address().port}` }));
});

async function stop() {
  clearInterval(heartbeat);
  for (const socket of wss.clients) socket.terminate();
  wss.close();
  http.close();
  await pool.end();
  process.exit(0);
}
process.once('SIGTERM', stop);
process.stdin.once('end', stop).resume();

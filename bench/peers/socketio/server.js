// An order server as one writes it with socket.io and pg.
import { createServer } from 'node:http';
import pg from 'pg';
import { Server } from 'socket.io';
import { Orders, Refused } from './orders.js';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL ?? 10) });
pool.on('error', console.error);
const orders = new Orders(pool);
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });

const room = (userId) => `user:${userId}`;

io.use((socket, next) => {
  const { userId } = socket.handshake.auth;
  if (typeof userId !== 'string' || userId === '') return next(new Error('who are you?'));
  socket.data.userId = userId;
  next();
});

io.on('connection', (socket) => {
  socket.join(room(socket.data.userId));
  socket.on('command', async (command, reply) => {
    try {
      const event = await orders.commit(command, socket.data.userId);
      reply({ orderId: event.orderId, version: event.version });
      io.to(room(command.to)).emit('event', event);
    } catch (err) {
      const refused = err instanceof Refused;
      if (!refused) console.error(err);
      reply({ id: command.id, error: refused ? err.code : 'internal' });
    }
  });
});

http.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(JSON.stringify({ addr: `127.0.0.1:${http.address().port}` }));
});

async function stop() {
  await io.close();
  await pool.end();
  process.exit(0);
}
process.once('SIGTERM', stop);
process.stdin.once('end', stop).resume();

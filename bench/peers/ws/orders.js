// The transaction of a command, with pg's pool and named statements, which each connection prepares once.

export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const PLACED = 1001;

const statement = {
  place: {
    name: 'place',
    text: `INSERT INTO orders (id, client_id, serviceman_id, status, version, details, placed_at, updated_at)
           VALUES ($1, $2, $3, $4, 1, $5, $6, $6)
           ON CONFLICT DO NOTHING`,
  },
  move: {
    name: 'move',
    text: `UPDATE orders SET status = $1, version = version + 1, updated_at = $2
           WHERE id = $3 AND version = $4 AND $5 IN (client_id, serviceman_id)
           RETURNING client_id, serviceman_id, details, placed_at`,
  },
  event: {
    name: 'event',
    text: `INSERT INTO events (order_id, version, status, sender_id, command_id, at, body)
           VALUES ($1, $2, $3, $4, $5, $6, $7)`,
  },
  inbox: {
    name: 'inbox',
    text: 'INSERT INTO inbox (user_id, order_id, version) VALUES ($1, $3, $4), ($2, $3, $4)',
  },
};

const run = (client, statement, values) => client.query({ ...statement, values });

export class Orders {
  // With pipelined, the pool's clients have to have pipeline: true.
  constructor(pool, { pipelined = false } = {}) {
    this.pool = pool;
    this.write = pipelined ? pipeline : inTurn;
  }

  // Commits a command of a user, and gives the event once it is durable.
  async commit(command, senderId) {
    const client = await this.pool.connect();
    try {
      return await this.write(client, command, senderId);
    } catch (err) {
      await client.query('ROLLBACK');
      throw err;
    } finally {
      client.release();
    }
  }
}

// Five statements, each sent when the one before it is answered.
async function inTurn(client, command, senderId) {
  const at = new Date();
  await client.query('BEGIN');
  const event = eventOf(command, senderId, at, await change(client, command, senderId, at));
  await insertEvent(client, command, event);
  await insertInbox(client, command, event);
  await client.query('COMMIT');
  return event;
}

// The same in two round trips: only what is decided on the order's row has to wait for it. Where an INSERT fails, the
// COMMIT behind it rolls back, and its own promise is rejected.
async function pipeline(client, command, senderId) {
  const at = new Date();
  const [, order] = await Promise.all([client.query('BEGIN'), change(client, command, senderId, at)]);
  const event = eventOf(command, senderId, at, order);
  await Promise.all([
    insertEvent(client, command, event),
    insertInbox(client, command, event),
    client.query('COMMIT'),
  ]);
  return event;
}

const change = (client, command, senderId, at) => (
  command.statusCode === PLACED ? place(client, command, senderId, at) : move(client, command, senderId, at)
);

async function place(client, command, senderId, at) {
  const { rowCount } = await run(client, statement.place, [
    command.orderId, senderId, command.to, command.statusCode, JSON.stringify(command.extra), at,
  ]);
  if (rowCount === 0) throw new Refused('conflict');
  return {
    id: command.orderId,
    version: 1,
    statusCode: command.statusCode,
    clientId: senderId,
    servicemanId: command.to,
    ...command.extra,
    placedAt: at,
  };
}

async function move(client, command, senderId, at) {
  const { rows } = await run(client, statement.move, [
    command.statusCode, at, command.orderId, command.version, senderId,
  ]);
  if (rows.length === 0) throw new Refused('conflict');
  return {
    id: command.orderId,
    version: command.version + 1,
    statusCode: command.statusCode,
    clientId: rows[0].client_id,
    servicemanId: rows[0].serviceman_id,
    ...rows[0].details,
    placedAt: rows[0].placed_at,
  };
}

function eventOf(command, senderId, at, order) {
  return {
    orderId: order.id,
    version: order.version,
    statusCode: command.statusCode,
    senderId,
    at,
    order,
    extra: command.extra,
  };
}

const insertEvent = (client, command, event) => run(client, statement.event, [
  event.orderId, event.version, event.statusCode, event.senderId, command.id, event.at, JSON.stringify(event),
]);

const insertInbox = (client, command, event) => run(client, statement.inbox, [
  event.senderId, command.to, event.orderId, event.version,
]);

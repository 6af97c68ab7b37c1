// The transaction of a command, with pg's pool and parameterised queries.

export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const PLACED = 1001;

export class Orders {
  constructor(pool) {
    this.pool = pool;
  }

  // Commits a command of a user, and gives the event once it is durable.
  async commit(command, senderId) {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const event = await write(client, command, senderId);
      await client.query('COMMIT');
      return event;
    } catch (err) {
      await client.query('ROLLBACK');
      throw err;
    } finally {
      client.release();
    }
  }
}

async function write(client, command, senderId) {
  const at = new Date();
  const order = command.statusCode === PLACED
    ? await place(client, command, senderId, at)
    : await move(client, command, senderId, at);
  const event = {
    orderId: order.id,
    version: order.version,
    statusCode: command.statusCode,
    senderId,
    at,
    order,
    extra: command.extra,
  };
  await client.query(
    `INSERT INTO events (order_id, version, status, sender_id, command_id, at, body)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [order.id, order.version, command.statusCode, senderId, command.id, at, JSON.stringify(event)],
  );
  await client.query(
    'INSERT INTO inbox (user_id, order_id, version) VALUES ($1, $3, $4), ($2, $3, $4)',
    [senderId, command.to, order.id, order.version],
  );
  return event;
}

async function place(client, command, senderId, at) {
  const { rowCount } = await client.query(
    `INSERT INTO orders (id, client_id, serviceman_id, status, version, details, placed_at, updated_at)
     VALUES ($1, $2, $3, $4, 1, $5, $6, $6)
     ON CONFLICT DO NOTHING`,
    [command.orderId, senderId, command.to, command.statusCode, JSON.stringify(command.extra), at],
  );
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
  const { rows } = await client.query(
    `UPDATE orders SET status = $1, version = version + 1, updated_at = $2
     WHERE id = $3 AND version = $4 AND $5 IN (client_id, serviceman_id)
     RETURNING client_id, serviceman_id, details, placed_at`,
    [command.statusCode, at, command.orderId, command.version, senderId],
  );
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

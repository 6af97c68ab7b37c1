import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import './frames.js';

const secret = 'a secret of the tests, which is long enough';

/**
 * Runs a server on a database of its own, until stop: in development mode, unless flags say otherwise. CALLOUT names the program.
 * @param {string[]} [flags]
 */
export async function startServer(flags = ['--dev']) {
  const program = process.env.CALLOUT;
  if (!program) {
    throw new Error('CALLOUT has to name the program callout: go build -o /tmp/callout ./cmd/callout && CALLOUT=/tmp/callout npm test');
  }
  const dir = await mkdtemp(join(tmpdir(), 'callout-sdk-'));
  const db = join(dir, 'callout.db');
  let server = await serve(program, db, '127.0.0.1:0', flags);
  return {
    url: server.url,
    /** Kills the server and starts another in its place. */
    async restart() {
      await end(server.process, 'SIGKILL');
      server = await serve(program, db, new URL(server.url).host, flags);
    },
    async stop() {
      await end(server.process, 'SIGTERM');
      await rm(dir, { recursive: true });
    },
  };
}

/**
 * @param {string} program
 * @param {string} db
 * @param {string} addr
 * @param {string[]} flags
 * @returns {Promise<{process: import('node:child_process').ChildProcess, url: string}>}
 */
function serve(program, db, addr, flags) {
  const server = spawn(program, ['serve', '--addr', addr, '--db', db, ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, CALLOUT_SECRET: secret },
  });
  /** @type {string[]} */
  const said = [];
  const lines = createInterface({ input: server.stderr });
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line);
      const host = / socket=ws:\/\/([0-9.:]+)\//.exec(line)?.[1];
      if (host) {
        resolve({ process: server, url: `http://${host}` });
      }
    });
    lines.on('close', () => reject(new Error(`the server ended: ${said.join('\n')}`)));
  });
}

/**
 * Makes a token that is good for so many seconds.
 * @param {string} userId
 * @param {string} role
 * @param {number} seconds
 */
export function token(userId, role, seconds) {
  const part = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: userId, role, exp: Math.floor(Date.now() / 1000) + seconds })}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

/**
 * @param {import('node:child_process').ChildProcess} server
 * @param {NodeJS.Signals} signal
 */
async function end(server, signal) {
  if (server.exitCode === null && server.signalCode === null) {
    server.kill(signal);
    await once(server, 'exit');
  }
}

/**
 * A network between an app and a server that may be cut.
 * @param {string} url
 */
export async function startProxy(url) {
  const { hostname, port } = new URL(url);
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  let isCut = false;

  /** @param {import('node:net').Socket} from @param {import('node:net').Socket} to */
  const join = (from, to) => {
    sockets.add(from);
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    from.pipe(to);
  };
  const proxy = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    join(near, far);
    join(far, near);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = /** @type {import('node:net').AddressInfo} */ (proxy.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    /** Ends what is connected, as a network does. */
    drop() {
      for (const socket of sockets) {
        socket.destroy();
      }
    },
    cut() {
      isCut = true;
      this.drop();
    },
    mend() {
      isCut = false;
    },
    async stop() {
      this.cut();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

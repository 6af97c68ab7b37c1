import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { CalloutError, CloseError, MemoryCursor, Socket, Status, nameOf } from '../callout.js';
import { startProxy, startServer } from './support/server.js';

/** @import { Command, Received } from '../callout.js' */

const patience = 60_000; // ms

/**
 * @typedef {object} Step
 * @property {string} [open]
 * @property {string} [close]
 * @property {string} [cut]
 * @property {string} [mend]
 * @property {string} [ended]
 * @property {number} [code]
 * @property {string} [by]
 * @property {keyof typeof Status} [says]
 * @property {string} [on]
 * @property {boolean} [new]
 * @property {string} [id]
 * @property {number} [version]
 * @property {string[]} [receivers]
 * @property {any} [extra]
 * @property {string} [refused]
 * @property {number} [at]
 * @property {boolean} [meanwhile]
 * @property {boolean} [answered]
 * @property {string[]} [hears]
 * @property {Record<string, number>} [has]
 *
 * @typedef {{name: string, people: Record<string, 'client' | 'serviceman'>, same?: Record<string, string>, whenDone?: string[], steps: Step[]}} Scenario
 */

/** @type {Scenario[]} */
const scenarios = JSON.parse(await readFile(new URL('../scenarios.json', import.meta.url), 'utf8'));

describe('the scenarios that all SDKs share', () => {
  /** @type {Awaited<ReturnType<typeof startServer>>} */
  let server;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  scenarios.forEach((scenario, n) => {
    test(scenario.name, { timeout: patience }, async (t) => {
      const play = new Play(server.url, scenario, n);
      t.after(() => play.end());
      for (const [i, step] of scenario.steps.entries()) {
        await play.step(step).catch((error) => {
          error.message = `step ${i + 1}, ${JSON.stringify(step)}: ${error.message}`;
          throw error;
        });
      }
    });
  });
});

class Person {
  /** @type {Promise<Received> | null} what was said and is not answered yet */
  saying = null;

  /**
   * @param {Socket} socket
   * @param {Awaited<ReturnType<typeof startProxy>>} network
   * @param {Promise<void>} lost
   */
  constructor(socket, network, lost) {
    this.socket = socket;
    this.network = network;
    this.lost = lost;
  }
}

/** One scenario as it is played. */
class Play {
  /** @type {Map<string, Person>} */
  #people = new Map();
  /** @type {Map<string, string>} ids by what the scenario calls the orders */
  #orders = new Map();

  /**
   * @param {string} url
   * @param {Scenario} scenario
   * @param {number} n
   */
  constructor(url, scenario, n) {
    this.url = url;
    this.scenario = scenario;
    this.n = n;
  }

  /** @param {string} name */
  #userId(name) {
    return `${this.scenario.same?.[name] ?? name}-${this.n}`;
  }

  /** @param {string} name */
  async #person(name) {
    let person = this.#people.get(name);
    if (!person) {
      const network = await startProxy(this.url);
      let lose = () => {};
      const lost = new Promise((/** @type {(value: void) => void} */ resolve) => {
        lose = resolve;
      });
      const socket = new Socket({
        url: network.url, userId: this.#userId(name), role: /** @type {'client' | 'serviceman'} */ (this.scenario.people[name]), device: 'phone',
        cursor: new MemoryCursor(), retryMin: 1, whenDone: this.scenario.whenDone?.includes(name) ?? false,
        onConnection: (connected) => connected || lose(),
      });
      person = new Person(socket, network, lost);
      this.#people.set(name, person);
    }
    return person;
  }

  /** @param {Step} step */
  async step(step) {
    if (step.open) {
      await (await this.#person(step.open)).socket.open();
    } else if (step.close) {
      await (await this.#person(step.close)).socket.close();
    } else if (step.cut) {
      (await this.#person(step.cut)).network.cut();
    } else if (step.mend) {
      (await this.#person(step.mend)).network.mend();
    } else if (step.ended) {
      await this.#ended(await this.#person(step.ended), step.code ?? 0);
    } else if (step.by) {
      await this.#does(await this.#person(step.by), step);
    }
  }

  /**
   * @param {Person} person
   * @param {Step} step
   */
  async #does(person, step) {
    if (step.says) {
      const command = this.#command(step);
      const saying = person.socket.send(command);
      if (step.meanwhile) {
        person.saying = saying;
      } else if (step.refused) {
        await this.#refused(saying, step);
      } else {
        const received = await saying;
        assert.equal(received.orderStatusAsInt, command.statusCode);
        if (step.on) {
          this.#orders.set(step.on, received.orderId);
        }
      }
    } else if (step.answered) {
      await person.saying;
    } else if (step.hears) {
      assert.deepEqual(await hear(person.socket, step.hears.length), step.hears);
    } else if (step.has) {
      const has = Object.fromEntries(person.socket.orders().map((order) => [order.id, order.statusCode]));
      const want = Object.fromEntries(Object.entries(step.has).map(([name, code]) => [this.#orders.get(name), code]));
      assert.deepEqual(has, want);
    }
  }

  /**
   * @param {Step} step
   * @returns {Command}
   */
  #command(step) {
    /** @type {Command} */
    const command = { statusCode: Status[/** @type {keyof typeof Status} */ (step.says)], extra: step.extra ?? {} };
    const orderId = step.on && !step.new ? this.#orders.get(step.on) ?? (step.says === 'PLACED' ? undefined : step.on) : undefined;
    if (orderId) {
      command.orderId = orderId;
    }
    if (step.receivers) {
      command.receivers = step.receivers.map((name) => this.#userId(name));
    }
    if (step.id) {
      command.id = step.id;
    }
    if (step.version) {
      command.version = step.version;
    }
    return command;
  }

  /**
   * @param {Promise<Received>} saying
   * @param {Step} step
   */
  async #refused(saying, step) {
    await assert.rejects(saying, (error) => {
      assert(error instanceof CalloutError, String(error));
      assert.equal(error.code, step.refused);
      if (step.at) {
        assert.equal(error.order?.version, step.at);
      }
      return true;
    });
  }

  /**
   * @param {Person} person
   * @param {number} code
   */
  async #ended(person, code) {
    for await (const _ of person.socket.orderStatuses()) {
      // until it is over
    }
    if (code === 0) {
      assert.equal(person.socket.error, null);
    } else {
      assert(person.socket.error instanceof CloseError, String(person.socket.error));
      assert.equal(person.socket.error.code, code);
    }
  }

  async end() {
    for (const person of this.#people.values()) {
      await person.socket.close();
      await person.network.stop();
    }
  }
}

/**
 * Takes so many events, and finishes all but the last.
 * @param {Socket} socket
 * @param {number} n
 */
async function hear(socket, n) {
  /** @type {string[]} */
  const names = [];
  for await (const received of socket.orderStatuses()) {
    names.push(nameOf(received.orderStatusAsInt));
    if (names.length === n) {
      break;
    }
  }
  return names;
}

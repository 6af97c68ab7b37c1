import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { moves, nameOf } from '../callout.js';

/** @typedef {{what: string, order: import('../callout.js').Order, userId: string, role: import('../callout.js').Role, now: string, moves: number[]}} Case */

const cases = /** @type {Case[]} */ (JSON.parse(readFileSync(new URL('moves.json', import.meta.url), 'utf8')));

test('whoever reads an order is told what the rules allow them', () => {
  assert.ok(cases.length > 50);
  for (const { what, order, userId, role, now, moves: want } of cases) {
    const got = moves(order, { userId, role }, Date.parse(now));
    assert.deepEqual(got.map(nameOf), want.map(nameOf), `${what}, ${role} ${userId}`);
  }
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startServer, token } from '../sdk/test/support/server.js';
import { closePage, openPage, startBrowser } from './support/browser.js';
import { orderAt, say } from './support/orders.js';
import { phonesOn } from './support/phones.js';

const patience = { timeout: 120_000 };

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  server = await startServer(); // which is ended even if there is no browser
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/**
 * Opens the console of the server in development mode and goes in.
 * @param {string} [hash]
 */
async function operator(hash = '') {
  const page = await openPage(browser, `${server.url}/console${hash}`);
  await page.getByRole('button', { name: 'Continue as an operator' }).click();
  await page.locator('#net', { hasText: 'live' }).waitFor();
  return page;
}

/**
 * The rows of the table of orders with that text.
 * @param {import('playwright-core').Page} page
 * @param {string | RegExp} text
 */
const rows = (page, text) => page.getByRole('row').filter({ hasText: text });

/**
 * Presses a button of an order and gives a reason.
 * @param {import('playwright-core').Page} page
 * @param {string} name
 * @param {string} reason
 */
async function decide(page, name, reason) {
  await page.getByRole('button', { name: `${name} …` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

test('the console watches an order and cancels it', patience, async () => {
  const desk = await operator();
  const page = await openPage(browser, `${server.url}/demo`);
  const phones = phonesOn(page);
  await phones.bothOnline();
  const client = `asha-${new URL(page.url()).searchParams.get('visit')}`;
  await phones.accepted();
  await rows(desk, client).filter({ hasText: '1004 ACCEPTED' }).getByRole('link').first().click();
  const panel = desk.getByRole('complementary');
  await panel.getByText('1004 ACCEPTED').first().waitFor();
  await panel.getByText('12 Lake Road, 2nd floor').first().waitFor();
  await phones.client.tap('Work has begun');
  await panel.locator('callout-wire li').filter({ hasText: 'client to server' }).filter({ hasText: '1005 STARTED' }).waitFor();
  await rows(desk, client).filter({ hasText: '1005 STARTED' }).waitFor();
  await decide(desk, 'Cancel the order', 'The client has called us');
  await phones.client.says('Called off');
  await phones.serviceman.shows('Support has called it off: The client has called us');
  await panel.getByText('1008 CANCELLED').first().waitFor();
  await panel.getByText('The client has called us').first().waitFor();
  await closePage(desk);
  await closePage(page);
});

test('an operator verifies a payment', patience, async () => {
  const { orderId } = await orderAt(server.url, 'c-paid', ['s-paid'], 1010);
  const desk = await operator(`#/orders?order=${orderId}`);
  await decide(desk, 'Verify the payment', 'The bank has said so');
  await desk.getByRole('complementary').getByText('1011 PAYMENT_VERIFICATION').first().waitFor();
  await desk.getByRole('button', { name: 'Verify the payment …' }).waitFor({ state: 'detached' });
  await closePage(desk);
});

test('what has changed meanwhile is told, and nothing is lost', patience, async () => {
  const { orderId } = await orderAt(server.url, 'c-race', ['s-race'], 1004);
  const desk = await operator(`#/orders?order=${orderId}`);
  await desk.getByRole('button', { name: 'Cancel the order …' }).click();
  const dialog = desk.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('Nobody is there');
  await say(server.url, 'c-race', 'client', { orderId, statusCode: 1008 });
  await dialog.getByRole('button', { name: 'Cancel the order', exact: true }).click();
  await dialog.getByRole('alert').filter({ hasText: 'refused' }).waitFor();
  await closePage(desk);
});

test('who closes the question for a reason is where they were, whatever the order has become', patience, async () => {
  const { orderId } = await orderAt(server.url, 'c-focus', ['s-focus'], 1004);
  const desk = await operator(`#/orders?order=${orderId}`);
  const state = desk.locator('aside .state');
  const ask = () => desk.getByRole('button', { name: 'Cancel the order …' }).click();
  const leave = async () => {
    await desk.keyboard.press('Escape');
    await desk.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await ask();
  await say(server.url, 'c-focus', 'client', { orderId, statusCode: 1005 });
  await state.getByText('1005 STARTED').waitFor();
  await leave();
  await desk.locator('button:focus', { hasText: 'Cancel the order …' }).waitFor();
  await ask();
  await say(server.url, 'o-focus', 'operator', { orderId, statusCode: 1008, extra: { reason: 'Nobody is there' } });
  await state.getByText('1008 CANCELLED').waitFor();
  await leave();
  await desk.locator('h2:focus', { hasText: orderId }).waitFor();
  await closePage(desk);
});

test('an order that is no longer shown is no longer read', patience, async () => {
  const { orderId } = await orderAt(server.url, 'c-left', ['s-left'], 1004);
  const desk = await operator(`#/orders?order=${orderId}`);
  /** @type {() => void} */
  let letGo = () => {};
  const held = new Promise((resolve) => (letGo = () => resolve(undefined)));
  await desk.route('**/v1/commands', async (route) => {
    await held;
    await route.continue();
  });
  await desk.getByRole('button', { name: 'Cancel the order …' }).click();
  await desk.getByRole('dialog').getByLabel('Reason').fill('Nobody is there');
  await desk.getByRole('dialog').getByRole('button', { name: 'Cancel the order', exact: true }).click();
  await desk.evaluate(() => (location.hash = '#/people'));
  await desk.getByRole('heading', { name: /Who is connected/ }).waitFor();
  /** @type {string[]} */
  const read = [];
  desk.on('request', (request) => read.push(request.url()));
  letGo();
  await desk.getByText('The order is cancelled.').waitFor();
  await Promise.all([desk.waitForRequest(/user=c-left/), desk.evaluate(() => (location.hash = '#/people?user=c-left'))]);
  assert.deepEqual(read.filter((url) => url.includes(orderId)), []);
  await closePage(desk);
});

test('what is read again and has not changed is not said again', patience, async () => {
  await orderAt(server.url, 'c-still', ['s-still'], 1004);
  const desk = await operator('#/orders?user=c-still');
  await desk.getByText('One order', { exact: true }).waitFor();
  const said = await desk.evaluateHandle(() => {
    /** @type {string[]} */
    const texts = [];
    const watcher = new MutationObserver((changes) => changes.forEach(({ target }) => texts.push(target.textContent ?? '')));
    document.querySelectorAll('main [role=status]').forEach((node) => watcher.observe(node, { childList: true, characterData: true, subtree: true }));
    return texts;
  });
  const again = desk.waitForResponse(/v1\/orders\?/);
  await orderAt(server.url, 'c-other', ['s-other'], 1001);
  await again;
  await orderAt(server.url, 'c-still', ['s-still'], 1004);
  await desk.getByText('2 orders', { exact: true }).waitFor();
  assert.deepEqual(await said.jsonValue(), ['2 orders']);
  await closePage(desk);
});

test('a desk whose clock is wrong goes by the server’s', patience, async () => {
  const { orderId } = await orderAt(server.url, 'c-clock', ['s-clock'], 1001);
  const desk = await operator();
  await desk.addInitScript(() => {
    const now = Date.now;
    Date.now = () => now() + 3_600_000;
  });
  await desk.reload();
  await rows(desk, 'c-clock').filter({ hasText: /\d s$/ }).getByRole('link').click();
  const panel = desk.getByRole('complementary');
  await panel.getByText(/^\d+ s ago$/).waitFor();
  await panel.getByText(/^in \d+ (s|min)$/).waitFor();
  assert.match(desk.url(), new RegExp(orderId));
  await closePage(desk);
});

test('orders are found by status, person and id, page by page', patience, async () => {
  for (let n = 0; n < 27; n++) {
    await orderAt(server.url, `c-many-${n}`, ['s-many'], n === 3 ? 1008 : 1004, n);
  }
  const { orderId } = await orderAt(server.url, 'c-one', ['s-a', 's-b', 's-c'], 1001);
  const desk = await operator();
  await rows(desk, 'c-one').filter({ hasText: '3 on offer' }).waitFor();
  await desk.getByRole('button', { name: 'On offer' }).click();
  await rows(desk, 'c-many-26').waitFor({ state: 'detached' });
  await rows(desk, 'c-one').waitFor();

  await desk.getByRole('button', { name: 'All', exact: true }).click();
  await desk.getByLabel('Person').fill('s-many');
  await desk.keyboard.press('Enter');
  await rows(desk, 'c-one').waitFor({ state: 'detached' });
  await rows(desk, 'c-many-26').waitFor();
  assert.equal(await desk.getByRole('row').count(), 26, 'a page has 25 orders under its head');
  await desk.getByRole('button', { name: 'Older' }).click();
  await rows(desk, /c-many-0(?!\d)/).waitFor();
  assert.equal(await desk.getByRole('row').count(), 3);
  await desk.getByRole('button', { name: 'Newer' }).click();
  await rows(desk, 'c-many-26').waitFor();
  await desk.getByRole('button', { name: 'Ended' }).click();
  await rows(desk, 'c-many-26').waitFor({ state: 'detached' });
  await rows(desk, 'c-many-3').waitFor();
  assert.equal(await desk.getByRole('row').count(), 2);
  await desk.goBack();
  await rows(desk, 'c-many-26').waitFor();

  await desk.getByLabel('Id begins with').fill(orderId.slice(0, 10));
  await desk.keyboard.press('Enter');
  await rows(desk, 'c-one').waitFor();
  assert.equal(await desk.getByRole('row').count(), 2);
  await closePage(desk);
});

test('the console comes back with its server', patience, async () => {
  const { orderId } = await orderAt(server.url, 'c-back', ['s-back'], 1004);
  const desk = await operator(`#/orders?order=${orderId}`);
  await desk.getByRole('complementary').getByText('1004 ACCEPTED').first().waitFor();
  await server.restart();
  await say(server.url, 'c-back', 'client', { orderId, statusCode: 1005 });
  await desk.getByRole('complementary').getByText('1005 STARTED').first().waitFor();
  await desk.locator('#net', { hasText: 'live' }).waitFor();
  await closePage(desk);
});

test('people and figures are shown', patience, async () => {
  const page = await openPage(browser, `${server.url}/demo`);
  await phonesOn(page).bothOnline();
  const client = `asha-${new URL(page.url()).searchParams.get('visit')}`;
  const desk = await operator('#/people');
  await desk.getByText(client).first().waitFor();
  await desk.getByLabel('Person').fill(client);
  await desk.keyboard.press('Enter');
  await desk.getByText('One device is connected.').waitFor();
  await desk.getByRole('link', { name: 'Figures' }).click();
  await desk.getByRole('heading', { name: 'From placed to complete' }).waitFor();
  await desk.getByRole('img', { name: /Commits a second, the last hour/ }).waitFor();
  await closePage(desk);
  await closePage(page);
});

test('what people write is text, and never more', patience, async () => {
  const evil = '<img src=x onerror=alert(1)><b>bold</b>';
  const { orderId } = await say(server.url, 'c-evil', 'client', {
    statusCode: 1001, receivers: ['s-evil'], extra: { services: [{ service: evil, quantity: 1, unitPrice: 100 }], currency: 'INR', note: evil, place: { area: evil } },
  });
  const desk = await operator(`#/orders?order=${orderId}`);
  await desk.getByText(evil).first().waitFor();
  assert.equal(await desk.locator('img').count(), 0);
  assert.equal(await desk.locator('b').filter({ hasText: /^bold$/ }).count(), 0);
  await closePage(desk);
});

test('whatever an event carries is shown', patience, async () => {
  const { orderId } = await orderAt(server.url, 'c-odd', ['s-odd'], 1001);
  const odd = { toString: null, valueOf: 7 };
  const deep = JSON.parse(`${'['.repeat(32)}${']'.repeat(32)}`);
  /** @type {[string, any, string][]} each a key, its value, and what is shown of it */
  const kinds = [
    ['services', [null], '[null]'], ['place', { area: odd, address: [odd] }, '{"area":{"toString":null,"valueOf":7},"address":[{"toString":null,"valueOf":7}]}'],
    ['amount', odd, '{"toString":null,"valueOf":7}'], ['offerSeconds', null, 'null'], ['changeId', [[]], '[[]]'], ['', false, 'false'],
    ['reason', deep, JSON.stringify(deep)], ['__proto__', 1, '1'], ['k'.repeat(500), 'v'.repeat(500), 'v'.repeat(500)],
    ['many', Array(300).fill('×××'), `${JSON.stringify(Array(300).fill('×××')).slice(0, 500)} …`],
  ];
  const extra = Object.fromEntries(kinds.map(([key, value]) => [key, value]));
  await say(server.url, 's-odd', 'serviceman', { orderId, statusCode: 1004, extra });
  const desk = await operator(`#/orders?order=${orderId}`);
  const last = desk.locator('.history > li').first();
  await last.getByText('ACCEPTED', { exact: true }).waitFor();
  assert.deepEqual((await last.locator('dd').allTextContents()).sort(), kinds.map(([, , text]) => text).sort());
  await closePage(desk);
});

test('without development mode the console takes an operator’s token and no other', patience, async () => {
  const strict = await startServer(['--token-grace', '1s']);
  try {
    const page = await openPage(browser, `${strict.url}/console`);
    await page.getByLabel('token').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Continue as an operator' }).count(), 0);
    const signIn = async (/** @type {string} */ text) => {
      await page.getByLabel('token').fill(text);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await signIn('not-a-token');
    await page.getByRole('alert').filter({ hasText: 'You are not let in' }).waitFor();
    await signIn(token('c-1', 'client', 600));
    await page.getByRole('alert').filter({ hasText: 'for operators' }).waitFor();
    await signIn(token('b-1', 'backend', 600));
    await page.getByRole('alert').filter({ hasText: 'Only an operator’s token can be used here' }).waitFor();
    await signIn(token('o-1', 'operator', 600));
    await page.locator('#net', { hasText: 'live' }).waitFor();
    await page.reload();
    await page.locator('#net', { hasText: 'live' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('token').waitFor();
    await page.reload();
    await page.getByLabel('token').waitFor();
    await signIn(token('o-1', 'operator', 4));
    await page.getByRole('alert').filter({ hasText: /expired|not let in/ }).waitFor();
    await closePage(page);
    const phones = await fetch(`${strict.url}/demo`);
    assert.equal(phones.status, 404);
  } finally {
    await strict.stop();
  }
});

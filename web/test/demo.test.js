import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startServer } from '../sdk/test/support/server.js';
import { closePage, openPage, startBrowser } from './support/browser.js';
import { startDemo } from './support/demo.js';
import { say } from './support/orders.js';
import { phonesOn } from './support/phones.js';

const patience = { timeout: 120_000 };

/** @type {Awaited<ReturnType<typeof startDemo>>} */
let demo;
/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const open = (/** @type {import('playwright-core').BrowserContextOptions} */ options = {}) => openPage(browser, `${demo.url}/demo`, options);

/** The arrows of the original's diagram where the order goes on. Of the first two and of the last two, either may be first. */
const whole = [
  'client to server: connect', 'serviceman to server: connect',
  ...tap('client', 1001), ...tap('serviceman', 1004), ...tap('client', 1005), ...tap('serviceman', 1006), ...tap('client', 1007),
  ...tap('client', 1010), ...tap('serviceman', 1011), ...tap('client', 1009),
  'server to client: disconnect', 'server to serviceman: disconnect',
];

const cancelled = [
  ...whole.slice(0, 8), ...tap('client', 1008), ...whole.slice(-2),
];

/**
 * @param {'client' | 'serviceman'} by
 * @param {number} code
 */
function tap(by, code) {
  const name = /** @type {Record<number, string>} */ ({
    1001: 'PLACED', 1004: 'ACCEPTED', 1005: 'STARTED', 1006: 'ORDER_CHANGED', 1007: 'EXTENDED', 1008: 'CANCELLED', 1009: 'ORDER_COMPLETE', 1010: 'PAYMENT', 1011: 'PAYMENT_VERIFICATION',
  })[code];
  return [`${by} to server: ${code} ${name}`, `server to database: ${code}`, `server to ${by === 'client' ? 'serviceman' : 'client'}: ${code}`];
}

/** @param {string[]} arrows with what may be first or second in order */
function inOrder(arrows) {
  return [...arrows.slice(0, 2).sort(), ...arrows.slice(2, -2), ...arrows.slice(-2).sort()];
}

/**
 * Waits until the wire has so many arrows and compares them.
 * @param {import('playwright-core').Page} page
 * @param {string[]} want
 */
async function wireIs(page, want) {
  const { arrows, bothOnline } = phonesOn(page);
  await page.locator('#wire li:not(.mark)').nth(want.length - 1).waitFor();
  await bothOnline(); // again, after the last two arrows: what else there may be has come by then
  assert.deepEqual(inOrder(await arrows()), inOrder(want));
}

/**
 * How many devices of a page's two people the server holds to be connected.
 * @param {import('playwright-core').Page} page
 */
async function sessionsOf(page) {
  const visit = new URL(page.url()).searchParams.get('visit');
  const headers = { 'Callout-User': 'o-1', 'Callout-Role': 'operator' };
  const totals = ['asha', 'ravi'].map(async (name) => {
    const response = await fetch(`${demo.url}/v1/sessions?user=${name}-${visit}`, { headers });
    return (await response.json()).total;
  });
  return (await Promise.all(totals)).reduce((sum, total) => sum + total, 0);
}

test('a whole order is played by tapping both phones', patience, async () => {
  const page = await open();
  const { client, serviceman, accepted, bothOnline } = phonesOn(page);
  await bothOnline();
  assert.deepEqual(await client.moves(), []);
  await accepted();
  await serviceman.says('Asha expects you');
  await serviceman.shows('12 Lake Road, 2nd floor');
  assert.deepEqual(await serviceman.moves(), ['I cannot come']);
  assert.deepEqual(await client.moves(), ['Work has begun', 'Cancel the order']);
  await client.tap('Work has begun');
  await serviceman.screen.getByLabel('What there is to do beside').selectOption('Fan fitting');
  await serviceman.tap('Ask for ₹1,198');
  await client.says('Ravi asks to do more');
  await client.shows('It would be ₹1,198 instead of ₹499.');
  assert.deepEqual(await client.moves(), ['Agree to ₹1,198', 'Keep it as it was']);
  await client.tap('Agree to ₹1,198');
  await serviceman.says('At work for Asha, for ₹1,198');
  await client.screen.getByLabel('Card').check();
  await client.tap('Pay ₹1,198');
  await serviceman.says('Asha has paid ₹1,198');
  await serviceman.shows('By card. Have you got it?');
  await serviceman.tap('I have the money');
  await client.tap('All is done');
  await serviceman.says('Done: ₹1,198');
  await client.says('Done and paid');
  assert.deepEqual(await client.seqs(), [8, 7, 6, 5, 4, 3, 2, 1]);
  assert.deepEqual(await serviceman.seqs(), [8, 7, 6, 5, 4, 3, 2, 1]);
  await wireIs(page, whole);

  await client.tap('Order something else');
  await bothOnline();
  await accepted();
  assert.equal((await phonesOn(page).arrows())[0]?.slice(-7), 'connect');
  await closePage(page);
});

test('the page plays a whole order by itself', patience, async () => {
  const page = await open();
  await phonesOn(page).bothOnline();
  await page.getByRole('button', { name: 'Play the whole order' }).click();
  await phonesOn(page).client.says('Done and paid');
  await wireIs(page, whole);
  await page.getByRole('button', { name: 'Play the whole order' }).waitFor();
  await closePage(page);
});

test('an accepted order is cancelled', patience, async () => {
  const page = await open();
  const { client, serviceman, accepted, bothOnline } = phonesOn(page);
  await bothOnline();
  await accepted();
  await client.tap('Cancel the order');
  await serviceman.says('Called off');
  await serviceman.shows('Asha has called it off');
  await wireIs(page, cancelled);
  await closePage(page);
});

test('the serviceman cannot come, and says why', patience, async () => {
  const page = await open();
  const { client, serviceman, accepted, bothOnline } = phonesOn(page);
  await bothOnline();
  await accepted();
  await serviceman.screen.getByLabel('Why you cannot come').selectOption('I am ill');
  await serviceman.tap('I cannot come');
  await client.shows('Ravi has called it off: I am ill');
  await closePage(page);
});

test('an extension is declined, and a payment sent back', patience, async () => {
  const page = await open();
  const { client, serviceman, accepted, bothOnline } = phonesOn(page);
  await bothOnline();
  await accepted();
  await client.tap('Work has begun');
  await serviceman.tap('Ask for ₹998');
  await client.tap('Keep it as it was');
  await serviceman.says('At work for Asha');
  await serviceman.shows('Asha has let it be as it was');
  await client.screen.getByLabel('Cash').check();
  await client.tap('Pay ₹499');
  await serviceman.tap('I have not got it');
  await client.says('Ravi is at work');
  await client.tap('Pay ₹499');
  await serviceman.tap('I have the money');
  await client.tap('All is done');
  await serviceman.says('Done: ₹499');
  await closePage(page);
});

test('an offer is declined', patience, async () => {
  const page = await open();
  const { client, serviceman, bothOnline } = phonesOn(page);
  await bothOnline();
  await client.tap('One more Fan fitting');
  await client.tap('Order for ₹699');
  await serviceman.tap('No, thank you');
  await client.says('Nobody could come');
  await closePage(page);
});

test('both phones are cut, and brought back', patience, async () => {
  const page = await open();
  const { client, serviceman, mark, accepted, bothOnline } = phonesOn(page);
  await bothOnline();
  await accepted();
  await client.switchNetwork();
  await client.tap('Work has begun');
  await client.shows('is held: it goes out when the network is back');
  assert.equal(await sessionsOf(page), 2, 'the server is told of the cut');
  await client.switchNetwork();
  await serviceman.says('At work for Asha');
  await mark('client: the network is back');

  await client.switchNetwork();
  await serviceman.tap('Ask for ₹998'); // told to a phone that hears nothing
  await serviceman.says('Waiting for Asha to agree');
  await client.says('Ravi is at work');
  await serviceman.switchNetwork();
  await serviceman.tap('Take it back');
  await serviceman.shows('is held');
  await client.switchNetwork();
  await client.says('Ravi asks to do more');
  await serviceman.switchNetwork();
  await client.says('Ravi is at work');
  await serviceman.says('At work for Asha');
  assert.deepEqual(await client.seqs(), [5, 4, 3, 2, 1]);
  assert.deepEqual(await serviceman.seqs(), [5, 4, 3, 2, 1]);
  const arrows = await phonesOn(page).arrows();
  assert.equal(arrows.filter((arrow) => arrow === 'server to client: 1006').length, 1, arrows.join('\n'));
  await closePage(page);
});

test('what crosses is refused, and said so', patience, async () => {
  const page = await open();
  const { client, serviceman, accepted, bothOnline } = phonesOn(page);
  await bothOnline();
  await accepted();
  await serviceman.switchNetwork();
  await serviceman.tap('I cannot come');
  await serviceman.shows('is held');
  await client.tap('Work has begun');
  await client.says('Ravi is at work');
  await serviceman.switchNetwork();
  await serviceman.screen.getByRole('alert').filter({ hasText: 'Refused' }).waitFor();
  await serviceman.says('At work for Asha');
  await closePage(page);
});

test('the server is killed and restarted under the page', patience, async () => {
  const server = await startServer();
  try {
    const page = await openPage(browser, `${server.url}/demo`);
    const { client, serviceman, accepted, bothOnline, mark } = phonesOn(page);
    await bothOnline();
    await accepted();
    await server.restart();
    await mark('the connection is lost');
    await client.tap('Work has begun');
    await serviceman.says('At work for Asha');
    await bothOnline();
    assert.deepEqual(await serviceman.seqs(), [3, 2, 1]);
    await closePage(page);
  } finally {
    await server.stop();
  }
});

test('a second tab is the same people, in step', patience, async () => {
  const page = await open();
  const { client, serviceman, accepted, bothOnline } = phonesOn(page);
  await bothOnline();
  const opened = page.context().waitForEvent('page');
  await page.getByRole('link', { name: 'Second tab' }).click();
  const second = await opened;
  const there = phonesOn(second);
  await there.bothOnline();
  await accepted();
  await there.client.says('Ravi is on the way');
  await there.client.tap('Work has begun');
  await serviceman.says('At work for Asha');
  await client.says('Ravi is at work');
  await there.serviceman.says('At work for Asha');
  await there.client.says('Ravi is at work');
  assert.deepEqual(await there.client.seqs(), await client.seqs());
  assert.deepEqual((await there.arrows()).filter((arrow) => !arrow.endsWith('connect')), (await phonesOn(page).arrows()).filter((arrow) => !arrow.endsWith('connect')));
  await closePage(page);
});

test('a page that is loaded again shows what it did', patience, async () => {
  const page = await open();
  const { client, serviceman, accepted, bothOnline } = phonesOn(page);
  await bothOnline();
  await accepted();
  await client.tap('Work has begun');
  await serviceman.says('At work for Asha');
  const before = (await phonesOn(page).arrows()).slice(2);
  await page.reload();
  await bothOnline();
  await client.says('Ravi is at work');
  await serviceman.says('At work for Asha');
  assert.deepEqual(await client.seqs(), [3, 2, 1]);
  await page.locator('#wire li').nth(before.length + 1).waitFor();
  assert.deepEqual((await phonesOn(page).arrows()).slice(0, before.length), before);
  await closePage(page);
});

test('an order is played by keyboard alone, on a narrow screen', patience, async () => {
  const page = await open({ viewport: { width: 360, height: 740 }, reducedMotion: 'reduce', colorScheme: 'dark' });
  const { client, serviceman, bothOnline } = phonesOn(page);
  await bothOnline();
  const press = async (/** @type {import('playwright-core').Locator} */ on) => {
    for (let n = 0; n < 60; n++) {
      if (await on.evaluate((node) => node === document.activeElement)) {
        await page.keyboard.press('Enter');
        return;
      }
      await page.keyboard.press('Tab');
    }
    throw new Error('the keyboard does not get there');
  };
  await press(client.screen.getByRole('button', { name: 'One more Tap repair' }));
  await client.screen.getByRole('button', { name: 'Order for ₹499' }).waitFor();
  await press(client.screen.getByRole('button', { name: 'Order for ₹499' }));
  await serviceman.says('A new order');
  await press(serviceman.screen.getByRole('button', { name: 'Accept' }));
  await client.says('Ravi is on the way');
  assert.equal(await page.evaluate(() => document.activeElement?.closest('#serviceman') !== null), true, 'the focus is lost');
  await press(serviceman.screen.getByRole('button', { name: 'I cannot come' }));
  await client.says('Called off');
  const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.equal(wide, seen, 'the page scrolls sideways');
  await closePage(page);
});

test('a hand that taps twice taps once', patience, async () => {
  const page = await open();
  const { client, serviceman, bothOnline } = phonesOn(page);
  await bothOnline();
  await client.tap('One more Tap repair');
  await client.screen.getByRole('button', { name: 'Order for ₹499' }).evaluate((node) => {
    const button = /** @type {HTMLButtonElement} */ (node);
    button.click();
    button.click(); // before anything is drawn
  });
  await serviceman.says('A new order: ₹499');
  await client.says('Looking for somebody near you');
  assert.deepEqual(await serviceman.seqs(), [1]);
  const accept = serviceman.screen.getByRole('button', { name: 'Accept' });
  const decline = serviceman.screen.getByRole('button', { name: 'No, thank you' });
  await decline.scrollIntoViewIfNeeded();
  const there = await decline.boundingBox();
  assert.ok(there);
  await accept.click();
  await serviceman.screen.getByRole('button', { name: 'I cannot come' }).waitFor();
  await page.mouse.click(there.x + 10, there.y + 10); // where by now is that button
  await client.tap('Work has begun');
  await serviceman.says('At work for Asha');
  await closePage(page);
});

test('several orders are open at once', patience, async () => {
  const page = await open();
  const { client, serviceman, bothOnline, accepted } = phonesOn(page);
  await bothOnline();
  await accepted();
  const visit = new URL(page.url()).searchParams.get('visit');
  await say(demo.url, `asha-${visit}`, 'client', { statusCode: 1001, receivers: [`ravi-${visit}`] });
  await serviceman.says('A new order: 0');
  await serviceman.tap('Order 1');
  await serviceman.says('Asha expects you');
  await client.tap('Order 1');
  await client.tap('Cancel the order');
  await serviceman.says('A new order: 0');
  await serviceman.tap('Accept');
  await client.says('Ravi is on the way');
  await closePage(page);
});

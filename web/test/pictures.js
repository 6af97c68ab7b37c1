// Takes the pictures of the README: CALLOUT names the program, and the one argument the folder to write them to.
import { join } from 'node:path';

import { startServer } from '../sdk/test/support/server.js';
import { closePage, openPage, startBrowser } from './support/browser.js';
import { orderAt } from './support/orders.js';
import { phonesOn } from './support/phones.js';

const folder = process.argv[2] ?? '.';
const desktop = { viewport: { width: 1440, height: 860 }, deviceScaleFactor: 1 };
const phone = { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2 };

const server = await startServer();
const browser = await startBrowser();

/**
 * @param {string} name
 * @param {string} path
 * @param {import('playwright-core').BrowserContextOptions} options
 * @param {(page: import('playwright-core').Page) => Promise<void>} prepare
 */
async function picture(name, path, options, prepare) {
  const page = await openPage(browser, `${server.url}${path}`, options);
  await prepare(page);
  await page.mouse.move(0, 0);
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  await closePage(page);
}

/** @param {import('playwright-core').Page} page */
async function inATunnel(page) {
  const { client, serviceman, accepted, bothOnline } = phonesOn(page);
  await bothOnline();
  await accepted();
  await client.tap('Work has begun');
  await serviceman.says('At work for Asha');
  await client.switchNetwork();
  await serviceman.tap('Ask for ₹998');
  await serviceman.says('Waiting for Asha to agree');
  await page.waitForTimeout(4000); // so long is the tunnel
  await client.switchNetwork();
  await client.says('Ravi asks to do more');
  await serviceman.switchNetwork();
  await serviceman.tap('Take it back');
  await serviceman.shows('is held');
}

const people = ['meera', 'joseph', 'li', 'fatima', 'tom', 'nikhil', 'asha', 'zoya', 'omar', 'grace'];
const servicemen = ['ravi', 'imran', 'sunil', 'anand', 'vikram'];
const statuses = [1009, 1001, 1005, 1010, 1008, 1004, 1006, 1009, 1007, 1011, 1009, 1009, 1005, 1001, 1006];

async function aBusyHour() {
  for (const [i, status] of statuses.entries()) {
    const receivers = [0, 1, 2].slice(0, 1 + (i % 3)).map((n) => servicemen[(i + n) % servicemen.length] ?? '');
    await orderAt(server.url, people[i % people.length] ?? '', receivers, status, i);
  }
}

/** @param {import('playwright-core').Page} page */
async function signedIn(page) {
  await page.getByRole('button', { name: 'Continue as an operator' }).click();
  await page.getByRole('row').nth(5).waitFor();
}

/** @param {import('playwright-core').Page} page */
async function withAnOrder(page) {
  await signedIn(page);
  await page.getByRole('row').filter({ hasText: 'asha-' }).filter({ hasText: '1007' }).getByRole('link').first().click();
  const wire = page.locator('callout-wire');
  await wire.locator('li').nth(14).waitFor();
  await page.waitForTimeout(25_000); // for receipts and some figures
  await wire.locator('ol').evaluate((list) => list.scrollTo(0, 0));
}

const playing = await openPage(browser, `${server.url}/demo`);
await aBusyHour();
const { client, serviceman, accepted } = phonesOn(playing);
await accepted();
await client.tap('Work has begun');
await serviceman.tap('Ask for ₹998');
await client.tap('Agree to ₹998');
await serviceman.says('At work for Asha, for');
await picture('console', '/console', desktop, withAnOrder);
await picture('console-phone', '/console', phone, signedIn);
await picture('figures', '/console', desktop, async (page) => {
  await signedIn(page);
  await page.getByRole('link', { name: 'Figures' }).click();
  await page.getByRole('heading', { name: 'From placed to complete' }).waitFor();
});
await closePage(playing);

await picture('demo', '/demo', desktop, inATunnel);
await picture('demo-dark', '/demo', { ...desktop, colorScheme: 'dark' }, inATunnel);
await picture('demo-phone', '/demo', phone, inATunnel);

await browser.close();
await server.stop();

import { after, before, test } from 'node:test';

import { startServer } from '../sdk/test/support/server.js';
import { accessible, fits } from './support/axe.js';
import { closePage, openPage, startBrowser } from './support/browser.js';
import { orderAt } from './support/orders.js';
import { phonesOn } from './support/phones.js';

const patience = { timeout: 120_000 };

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** @type {{what: string, options: import('playwright-core').BrowserContextOptions}[]} */
const windows = [
  { what: 'on a desktop, light', options: { viewport: { width: 1440, height: 900 }, colorScheme: 'light', reducedMotion: 'reduce' } },
  { what: 'on a phone, dark', options: { viewport: { width: 360, height: 740 }, colorScheme: 'dark', reducedMotion: 'reduce' } },
];

/**
 * @param {import('playwright-core').Page} page
 * @param {string} when
 */
async function held(page, when) {
  await accessible(page, when);
  await fits(page, when);
}

for (const { what, options } of windows) {
  test(`the phones ${what} are for everybody`, patience, async () => {
    const page = await openPage(browser, `${server.url}/demo`, options);
    const { client, serviceman, accepted, bothOnline } = phonesOn(page);
    const hold = (/** @type {string} */ when) => held(page, when);
    await bothOnline();
    await hold('the catalogue');
    await accepted();
    await hold('an accepted order');
    await client.tap('Work has begun');
    await serviceman.tap('Ask for ₹998');
    await client.says('Ravi asks to do more');
    await serviceman.switchNetwork();
    await serviceman.tap('Take it back');
    await serviceman.shows('is held');
    await hold('an open change, and a phone without a network');
    await serviceman.switchNetwork();
    await client.says('Ravi is at work');
    await hold('how to pay');
    await closePage(page);
  });

  test(`the console ${what} is for everybody`, patience, async () => {
    const { orderId } = await orderAt(server.url, 'c-1', ['s-1', 's-2'], 1006);
    await orderAt(server.url, 'c-2', ['s-1'], 1008);
    const page = await openPage(browser, `${server.url}/console`, options);
    await page.getByLabel('token').waitFor();
    await held(page, 'the sign-in');
    await page.getByRole('button', { name: 'Continue as an operator' }).click();
    await page.getByRole('link', { name: new RegExp(`^${orderId.slice(0, 4)}`) }).first().waitFor();
    await held(page, 'the orders');
    await page.goto(`${server.url}/console#/orders?order=${orderId}`);
    await page.locator('callout-wire li').first().waitFor();
    await held(page, 'an order');
    await page.getByRole('button', { name: 'Cancel the order …' }).click();
    await page.getByRole('dialog').waitFor();
    await held(page, 'the question for a reason');
    await page.keyboard.press('Escape');
    await page.goto(`${server.url}/console#/people`);
    await page.getByRole('heading', { name: /Who is connected/ }).waitFor();
    await held(page, 'people');
    await page.goto(`${server.url}/console#/figures`);
    await page.getByRole('heading', { name: 'From placed to complete' }).waitFor();
    await held(page, 'figures');
    await closePage(page);
  });

  test(`the page of the HTTP API ${what} is for everybody`, patience, async () => {
    const page = await openPage(browser, `${server.url}/docs`, options);
    await page.getByRole('heading', { name: 'Send' }).or(page.getByRole('heading', { name: /List orders/ })).first().waitFor();
    await held(page, 'the page of the API');
    await closePage(page);
  });
}

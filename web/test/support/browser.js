import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

import { chromium } from 'playwright-core';

import { note } from '../../sdk/test/support/frames.js';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

/** Starts a browser that this machine has; CHROMIUM may name it. */
export function startBrowser() {
  return chromium.launch({ executablePath: program(), args: flags });
}

function program() {
  const paths = process.env.CHROMIUM ? [process.env.CHROMIUM] : names.flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, name)));
  for (const path of paths) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // another, perhaps
    }
  }
  throw new Error('there is no Chromium: install it (Debian: apt-get install chromium), or name it in CHROMIUM');
}

/**
 * Opens a page that has nothing to complain of: neither errors, nor anything that its Content-Security-Policy forbids. That is held to
 * when the page is closed.
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openPage(browser, url, options) {
  const context = await browser.newContext({ locale: 'en-IN', ...options });
  const page = await context.newPage();
  watch(page);
  await page.goto(url);
  return page;
}

/** @type {WeakMap<import('playwright-core').Page, string[]>} */
const complaints = new WeakMap();

/** @param {import('playwright-core').Page} page */
export function watch(page) {
  /** @type {string[]} */
  const said = [];
  complaints.set(page, said);
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => note('client', payload));
    socket.on('framereceived', ({ payload }) => note('server', payload));
  });
  page.on('pageerror', (error) => said.push(error.stack ?? error.message));
  page.on('console', (message) => {
    const away = /ERR_CONNECTION_REFUSED|WebSocket connection to|status of 40[0-9]/.test(message.text()); // what a test has caused
    if (message.type() === 'error' && !away) {
      said.push(message.text());
    }
  });
}

/** @param {import('playwright-core').Page} page */
export async function closePage(page) {
  assert.deepEqual(complaints.get(page), []);
  await page.context().close();
}

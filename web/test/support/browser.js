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

/** @type {WeakMap<import('playwright-core').BrowserContext, string[]>} */
const complaints = new WeakMap();

/**
 * Opens a page that has nothing to complain of: neither errors, nor anything that its Content-Security-Policy forbids, nor have those that
 * it opens. That is held to when the page is closed.
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openPage(browser, url, options) {
  const context = await browser.newContext({ locale: 'en-IN', ...options });
  /** @type {string[]} */
  const said = [];
  complaints.set(context, said);
  context.on('page', (page) => watch(page, said));
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string[]} said
 */
function watch(page, said) {
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => note('client', payload));
    socket.on('framereceived', ({ payload }) => note('server', payload));
  });
  page.on('pageerror', (error) => said.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !isMeant(message)) {
      said.push(message.text());
    }
  });
}

/**
 * Whether it is a test that has caused what a browser complains of: a server that is away, or that has refused a request.
 * @param {import('playwright-core').ConsoleMessage} message
 */
function isMeant(message) {
  const { pathname } = new URL(message.location().url || 'about:blank');
  return /ERR_CONNECTION_REFUSED|WebSocket connection to/.test(message.text()) || (/status of 4/.test(message.text()) && pathname.startsWith('/v1/'));
}

/** @param {import('playwright-core').Page} page */
export async function closePage(page) {
  const context = page.context();
  await context.close();
  assert.deepEqual(complaints.get(context), []);
}

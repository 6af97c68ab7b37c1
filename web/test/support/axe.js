import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const source = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/**
 * Holds a page to what axe knows of accessibility: nothing serious, nothing critical, in what it shows now.
 * @param {import('playwright-core').Page} page
 * @param {string} what the page shows
 */
export async function accessible(page, what) {
  await page.evaluate(source);
  const violations = await page.evaluate(async () => {
    const { axe } = /** @type {{axe: typeof import('axe-core')}} */ (/** @type {unknown} */ (globalThis));
    const results = await axe.run(document, { resultTypes: ['violations'] });
    return results.violations.map(({ id, impact, nodes }) => ({ id, impact, at: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`) }));
  });
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(grave, [], what);
}

/**
 * Holds a page to fit the width of its window.
 * @param {import('playwright-core').Page} page
 * @param {string} what the page shows
 */
export async function fits(page, what) {
  const beyond = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [...document.querySelectorAll('body *')].filter((node) => node.getBoundingClientRect().right > clientWidth + 1).map((node) => node.outerHTML.slice(0, 120)) : [];
  });
  assert.deepEqual(beyond, [], `${what} is wider than its window`);
}

/** @import { Description } from './description.js' */

import { el, find } from '../shared/dom.js';
import { methodMark } from './operation.js';

const readingLine = 120; // px from the top of the window

/**
 * Fills the table of contents, and marks in it what is being read.
 * @param {Description} description
 */
export function fillContents(description) {
  find('#operation-links', HTMLElement).replaceChildren(...description.operations.map(({ id, method, path }) =>
    el('li', { 'data-operation': id }, el('a', { href: `#${id}` }, methodMark(method), ' ', el('code', {}, path)))));
  find('#schema-links', HTMLElement).replaceChildren(...Object.keys(description.schemas).map((name) =>
    el('li', {}, el('a', { href: `#schema-${name}` }, name))));
  markCurrent();
}

/** On wide windows the contents are always there; on narrow ones they unfold. */
export function foldContents() {
  const wide = matchMedia('(min-width: 1000px)');
  const fold = () => {
    find('#contents', HTMLDetailsElement).open = wide.matches;
  };
  wide.addEventListener('change', fold);
  fold();
}

function markCurrent() {
  const links = [...document.querySelectorAll('.contents a')].filter((link) => link instanceof HTMLAnchorElement);
  const places = links.map((link) => ({ link, target: find(`[id="${link.hash.slice(1)}"]`, HTMLElement) }));
  let due = false;
  const mark = () => {
    due = false;
    const read = places.findLast(({ target }) => target.getClientRects().length > 0 && target.getBoundingClientRect().top <= readingLine);
    for (const { link } of places) {
      if (link === read?.link) {
        link.setAttribute('aria-current', 'location');
        reveal(link);
      } else {
        link.removeAttribute('aria-current');
      }
    }
  };
  const soon = () => {
    if (!due) {
      due = true;
      requestAnimationFrame(mark);
    }
  };
  addEventListener('scroll', soon, { passive: true });
  addEventListener('resize', soon);
  mark();
}

/**
 * Scrolls the contents, not the page, until a link is to be seen.
 * @param {HTMLElement} link
 */
function reveal(link) {
  const nav = find('.contents', HTMLElement);
  const [own, all] = [link.getBoundingClientRect(), nav.getBoundingClientRect()];
  nav.scrollTop += Math.min(0, own.top - all.top) + Math.max(0, own.bottom - all.bottom);
}

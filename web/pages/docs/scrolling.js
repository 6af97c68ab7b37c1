import { el } from '../shared/dom.js';

const watcher = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight) {
      target.setAttribute('tabindex', '0');
    } else {
      target.removeAttribute('tabindex');
    }
  }
});

/**
 * A place of its own for what may be wider or higher than there is room. While it is, the keyboard gets to it.
 * @param {string} label
 * @param {Node} content
 */
export function scrolling(label, content) {
  const node = el('div', { class: 'across', role: 'group', 'aria-label': label }, content);
  watch(node);
  return node;
}

/**
 * The same for a place that the page has.
 * @param {HTMLElement} node
 */
export function watch(node) {
  watcher.observe(node);
}

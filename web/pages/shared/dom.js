/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Prop */

/**
 * Makes an HTML element. A property whose name begins with "on" is a listener, one that is true is an attribute without a value, one that is
 * false, null or undefined is left out; any other is an attribute.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, Prop>} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, props = {}, ...children) {
  return /** @type {HTMLElementTagNameMap[T]} */ (build(document.createElement(tag), props, children));
}

/**
 * The same for SVG.
 * @param {string} tag
 * @param {Record<string, Prop>} [props]
 * @param {...(Child | Child[])} children
 * @returns {SVGElement}
 */
export function svg(tag, props = {}, ...children) {
  return /** @type {SVGElement} */ (build(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children));
}

/**
 * @param {Element} node
 * @param {Record<string, Prop>} props
 * @param {(Child | Child[])[]} children
 */
function build(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') {
      node.addEventListener(name.slice(2), value);
    } else if (value === true) {
      node.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, String(value));
    }
  }
  node.append(...shown(children));
  return node;
}

/** @param {(Child | Child[])[]} children */
function shown(children) {
  return /** @type {(Node | string)[]} */ (
    children.flat().filter((child) => child !== null && child !== undefined && child !== false).map((child) => (child instanceof Node ? child : String(child)))
  );
}

/** @type {WeakMap<Element, string>} */
const shownIn = new WeakMap();

/**
 * Fills a node anew if what it is made of has changed, and tells whether it has. Who had the focus in it keeps it: on the element that does
 * the same (by data-key), or else on the first that can have it, or on the node itself until there is one.
 * @param {Element} node
 * @param {unknown} what all that the children are made of, as JSON would have it
 * @param {() => Child | Child[]} children
 */
export function show(node, what, children) {
  const key = JSON.stringify(what) ?? '';
  if (shownIn.get(node) === key) {
    return false;
  }
  const focused = node.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
  node.replaceChildren(...shown([children()]));
  shownIn.set(node, key);
  if (!focused) {
    return true;
  }
  const same = focused.dataset['key'] && node.querySelector(`[data-key="${CSS.escape(focused.dataset['key'])}"]:not(:disabled)`);
  const next = same || node.querySelector('button:not(:disabled), a[href], input:not(:disabled), select:not(:disabled)') || node;
  if (next === node && !node.hasAttribute('tabindex')) {
    node.setAttribute('tabindex', '-1');
  }
  /** @type {HTMLElement} */ (next).focus({ preventScroll: true });
  return true;
}

/**
 * The element that a page has under a selector.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @param {ParentNode} [within]
 * @returns {T}
 */
export function find(selector, type, within = document) {
  const node = within.querySelector(selector);
  if (!(node instanceof type)) {
    throw new Error(`there is no ${selector} on this page`);
  }
  return node;
}

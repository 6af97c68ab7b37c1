/** @typedef {'orders' | 'people' | 'figures'} ViewName */

/** @type {ViewName[]} */
const views = ['orders', 'people', 'figures'];

/**
 * What is shown: a view, and what of it.
 * @typedef {{view: ViewName, query: Record<string, string>}} Route
 */

/**
 * Reads the hash of the page's address. What makes no sense is the orders.
 * @param {string} hash
 * @returns {Route}
 */
export function routeOf(hash) {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  return { view: views.find((view) => view === path) ?? 'orders', query: Object.fromEntries(new URLSearchParams(query)) };
}

/**
 * The hash under which something is shown. What is empty is left out.
 * @param {ViewName} view
 * @param {Record<string, string | undefined>} [query]
 */
export function hashOf(view, query = {}) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value) {
      params.set(name, value);
    }
  }
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return `#/${view}${text && `?${text}`}`;
}

/**
 * Shows something.
 * @param {string} hash
 */
export function go(hash) {
  if (hash !== location.hash) {
    location.hash = hash;
  }
}

/**
 * Makes these the children of a node. Those that stay are not moved without need, so that they keep the focus; one that goes leaves it to
 * another element.
 * @param {HTMLElement} parent
 * @param {HTMLElement[]} nodes
 * @param {HTMLElement} heir
 */
export function arrange(parent, nodes, heir) {
  const had = parent.contains(document.activeElement);
  const stay = new Set(/** @type {Element[]} */ (nodes));
  for (const child of [...parent.children]) {
    if (!stay.has(child)) {
      child.remove();
    }
  }
  let at = parent.firstElementChild;
  for (const node of nodes) {
    if (node === at) {
      at = at.nextElementSibling;
    } else {
      parent.insertBefore(node, at);
    }
  }
  if (had && !parent.contains(document.activeElement)) {
    heir.focus({ preventScroll: true });
  }
}

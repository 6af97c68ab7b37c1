/**
 * Copies the text of a node, and tells whether it could. Where it could not, the text is selected for people to copy it.
 * @param {Node} node
 */
export async function copy(node) {
  try {
    await navigator.clipboard.writeText(node.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(node); // a page that did not come over TLS has no clipboard
    return false;
  }
}

/**
 * A request as a command for a shell.
 * @param {{method: string, url: string, headers: string[], body?: unknown}} request its headers as words of the shell
 */
export function curl({ method, url, headers, body }) {
  const natural = body === undefined ? 'GET' : 'POST';
  return [
    `curl ${quoted(url)}`,
    ...(method === natural ? [] : [`-X ${method}`]),
    ...headers.map((header) => `-H ${header}`),
    ...(body === undefined ? [] : [`-H ${quoted('Content-Type: application/json')}`, `-d ${quoted(JSON.stringify(body, null, 2))}`]),
  ].join(' \\\n  ');
}

/**
 * A text as one word of a shell.
 * @param {string} text
 */
export function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Where an operation is on this server. A part of the path that has no value yet is there in capitals.
 * @param {string} path
 * @param {{name: string, in: string, value: string}[]} values
 */
export function addressOf(path, values) {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => {
    const value = values.find((given) => given.in === 'path' && given.name === name)?.value;
    return encodeURIComponent(value || name.toUpperCase());
  });
  const url = new URL(filled.slice(1), document.baseURI);
  const query = new URLSearchParams(values.filter((given) => given.in === 'query' && given.value).map(({ name, value }) => [name, value]));
  url.search = query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return url;
}

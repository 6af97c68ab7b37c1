/**
 * Somebody with a phone.
 * @typedef {object} Person
 * @property {string} userId
 * @property {'client' | 'serviceman'} role
 * @property {string} name
 */

/**
 * The two people of a visit. Their ids are in the page's address: another tab with the same address is the same two people with other devices.
 * @returns {{client: Person, serviceman: Person}}
 */
export function visit() {
  const url = new URL(location.href);
  let name = url.searchParams.get('visit') ?? '';
  if (!/^[a-z0-9]{1,32}$/.test(name)) {
    name = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => (byte % 36).toString(36)).join('');
    url.searchParams.set('visit', name);
    history.replaceState(null, '', url);
  }
  return {
    client: { userId: `asha-${name}`, role: 'client', name: 'Asha' },
    serviceman: { userId: `ravi-${name}`, role: 'serviceman', name: 'Ravi' },
  };
}

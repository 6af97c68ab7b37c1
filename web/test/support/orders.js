import { randomUUID } from 'node:crypto';

/** @import { Command } from '../../sdk/callout.js' */

/**
 * Has a command take effect, as somebody in development mode.
 * @param {string} url of the server
 * @param {string} userId
 * @param {'client' | 'serviceman' | 'operator'} role
 * @param {Command} command
 * @returns {Promise<{orderId: string, version: number}>} the order, and the version of the event
 */
export async function say(url, userId, role, command) {
  const response = await fetch(`${url}/v1/commands`, {
    method: 'POST', body: JSON.stringify(command),
    headers: { 'Content-Type': 'application/json', 'Callout-User': userId, 'Callout-Role': role, 'Idempotency-Key': randomUUID() },
  });
  const body = await response.json();
  if (!response.ok) {
    throw new Error(`${userId} may not say ${command.statusCode}: ${body.detail}`);
  }
  return body;
}

/** What happens after an order was placed, as far as it goes. */
const steps = [1004, 1005, 1006, 1007, 1010, 1011, 1009];

const services = [
  { service: 'Tap repair', quantity: 1, unitPrice: 49_900 }, { service: 'Fan fitting', quantity: 2, unitPrice: 69_900 },
  { service: 'Switchboard check', quantity: 1, unitPrice: 34_950 },
];

/**
 * Places an order and brings it as far as that status.
 * @param {string} url
 * @param {string} client
 * @param {string[]} servicemen the first one accepts it
 * @param {number} statusCode of those that a whole order passes; 1008 cancels an accepted one
 * @param {number} [which] of a few services
 */
export async function orderAt(url, client, servicemen, statusCode, which = 0) {
  const service = /** @type {{service: string, quantity: number, unitPrice: number}} */ (services[which % services.length]);
  const [serviceman = ''] = servicemen;
  let { orderId, version } = await say(url, client, 'client', {
    statusCode: 1001, receivers: servicemen, extra: { services: [service], currency: 'INR', place: { area: 'Lake Road', address: '12 Lake Road, 2nd floor' } },
  });
  if (statusCode === 1001) {
    return { orderId, version };
  }
  const way = statusCode === 1008 ? [1004, 1008] : steps.slice(0, steps.indexOf(statusCode) + 1);
  for (const code of way) {
    const byServiceman = [1004, 1006, 1011].includes(code);
    const command = { orderId, statusCode: code, extra: extraOf(code, service, version) };
    ({ version } = await say(url, byServiceman ? serviceman : client, byServiceman ? 'serviceman' : 'client', command));
  }
  return { orderId, version };
}

/**
 * @param {number} code
 * @param {{service: string, quantity: number, unitPrice: number}} service
 * @param {number} version
 */
function extraOf(code, service, version) {
  switch (code) {
    case 1006:
      return { services: [{ ...service, quantity: service.quantity + 1 }], reason: 'The second one is broken, too' };
    case 1007:
      return { changeId: version };
    case 1010:
      return { method: /** @type {const} */ ('upi') };
    default:
      return {};
  }
}

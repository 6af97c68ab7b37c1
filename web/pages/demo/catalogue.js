/** @import { Service } from '../../sdk/callout.js' */

export const currency = 'INR';

/** What can be ordered, with its price in paise. */
export const catalogue = [
  { service: 'Tap repair', unitPrice: 49_900 },
  { service: 'Fan fitting', unitPrice: 69_900 },
  { service: 'Switchboard check', unitPrice: 34_950 },
  { service: 'Kitchen deep clean', unitPrice: 129_900 },
];

export const place = { area: 'Lake Road', address: '12 Lake Road, 2nd floor' };

/** @param {Service[]} services */
export function totalOf(services) {
  return services.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
}

/**
 * These services and one more of the catalogue's.
 * @param {Service[]} services
 * @param {string} name
 * @returns {Service[]}
 */
export function withOneMore(services, name) {
  const item = catalogue.find(({ service }) => service === name);
  if (!item) {
    return services;
  }
  const same = (/** @type {Service} */ { service, unitPrice }) => service === item.service && unitPrice === item.unitPrice;
  return services.some(same)
    ? services.map((service) => (same(service) ? { ...service, quantity: service.quantity + 1 } : service))
    : [...services, { ...item, quantity: 1 }];
}

import { money } from '../shared/money.js';
import { placeWords } from './place.js';

/**
 * What an event carried beside its status, in words. What is not known is shown as it was sent.
 * @param {Record<string, any>} extra
 * @param {string} [currency]
 * @returns {[string, string][]}
 */
export function extraWords(extra, currency) {
  return Object.entries(extra).map(([key, value]) => words(key, value, currency));
}

/**
 * @param {string} key
 * @param {any} value
 * @param {string} [currency]
 * @returns {[string, string]}
 */
function words(key, value, currency) {
  switch (key) {
    case 'services':
      return ['services', listed(value, currency)];
    case 'amount':
      return ['amount', typeof value === 'number' ? money(value, currency) : plain(value)];
    case 'place':
      return ['place', placeWords(value)];
    case 'offerSeconds':
      return ['on offer for', `${plain(value)} s`];
    case 'changeId':
      return ['change', `of version ${plain(value)}`];
    case 'via':
      return ['sent by', plain(value)];
    default:
      return [key, plain(value)];
  }
}

/**
 * @param {any} services
 * @param {string} [currency]
 */
function listed(services, currency) {
  if (!Array.isArray(services)) {
    return plain(services);
  }
  return services.map(({ service, quantity, unitPrice }) => `${quantity} × ${service} at ${money(unitPrice, currency)}`).join(', ');
}

/** @param {any} value */
function plain(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

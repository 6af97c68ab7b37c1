import { money } from '../shared/money.js';
import { placeWords } from './place.js';

const longest = 500; // characters of a value that are shown; a text has no more

/**
 * What an event carried beside its status, in words. Its sender may have put any JSON under any key: what is not known is shown as it was
 * sent.
 * @param {Record<string, any>} extra
 * @param {string} [currency]
 * @returns {[string, string][]}
 */
export function extraWords(extra, currency) {
  return Object.entries(extra).map(([key, value]) => {
    const [name, text] = words(key, value, currency);
    return [name, cut(text)];
  });
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
      return ['place', located(value)];
    case 'offerSeconds':
      return ['on offer for', typeof value === 'number' ? `${value} s` : plain(value)];
    case 'changeId':
      return ['change', typeof value === 'number' ? `of version ${value}` : plain(value)];
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
  if (!Array.isArray(services) || services.length === 0 || !services.every(isService)) {
    return plain(services);
  }
  return services.map(({ service, quantity, unitPrice }) => `${quantity} × ${service} at ${money(unitPrice, currency)}`).join(', ');
}

/** @param {any} value */
function isService(value) {
  const { service, quantity, unitPrice } = value ?? {};
  return typeof service === 'string' && typeof quantity === 'number' && typeof unitPrice === 'number';
}

/** @param {any} place */
function located(place) {
  const { area = '', address = '', lat = 0, lon = 0 } = place ?? {};
  const known = typeof area === 'string' && typeof address === 'string' && typeof lat === 'number' && typeof lon === 'number';
  return (known && placeWords(place)) || plain(place);
}

/** @param {any} value */
function plain(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** @param {string} text */
function cut(text) {
  const characters = [...text];
  return characters.length > longest ? `${characters.slice(0, longest).join('')} …` : text;
}

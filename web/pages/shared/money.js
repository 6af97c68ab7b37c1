/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/**
 * Says an amount, which is in the currency's minor unit, as people do. Whole amounts have no decimals.
 * @param {number} amount
 * @param {string} [currency] ISO 4217
 */
export function money(amount, currency) {
  if (!currency) {
    return String(amount);
  }
  const whole = format(currency, undefined);
  const digits = whole.resolvedOptions().maximumFractionDigits ?? 2;
  const value = amount / 10 ** digits;
  return Number.isInteger(value) ? format(currency, 0).format(value) : whole.format(value);
}

/**
 * @param {string} currency
 * @param {number | undefined} digits
 */
function format(currency, digits) {
  const key = `${currency} ${digits}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.NumberFormat(currency === 'INR' ? 'en-IN' : 'en', { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(key, made);
  }
  return made;
}

/**
 * Says how long something took: "0.8 ms", "31 ms", "12.4 s", "3 min".
 * @param {number} ms
 */
export function span(ms) {
  if (ms < 1) {
    return '< 1 ms';
  }
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 60_000) {
    return `${(ms / 1000).toFixed(1)} s`;
  }
  return ago(ms);
}

/**
 * Says how long ago something was, with one unit: "4 s", "11 min", "3 h", "2 d".
 * @param {number} ms
 */
export function ago(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min`;
  }
  if (seconds < 86_400) {
    return `${Math.floor(seconds / 3600)} h`;
  }
  return `${Math.floor(seconds / 86_400)} d`;
}

const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

/**
 * The time of day, to the millisecond.
 * @param {string} at RFC 3339
 */
export function clock(at) {
  return clockFormat.format(new Date(at));
}

/** The status codes. 1001 to 1011 name a resting status and the event that led there; those from 1012 on are events only. */
export const Status = Object.freeze({
  PLACED: 1001,
  BROADCASTED: 1002,
  EXPIRED: 1003,
  ACCEPTED: 1004,
  STARTED: 1005,
  ORDER_CHANGED: 1006,
  EXTENDED: 1007,
  CANCELLED: 1008,
  ORDER_COMPLETE: 1009,
  PAYMENT: 1010,
  PAYMENT_VERIFICATION: 1011,
  CHANGE_DECLINED: 1012,
  PAYMENT_REJECTED: 1013,
  OFFER_DECLINED: 1014,
});

/** @type {Map<number, string>} */
const names = new Map(Object.entries(Status).map(([name, code]) => [code, name]));

/**
 * The name of a status, such as "ACCEPTED", or its number when it is none of the table's.
 * @param {number} code
 */
export function nameOf(code) {
  return names.get(code) ?? `status ${code}`;
}

/**
 * Reports whether a status is an end: no event follows it.
 * @param {number} code
 */
export function ends(code) {
  return code === Status.EXPIRED || code === Status.CANCELLED || code === Status.ORDER_COMPLETE;
}

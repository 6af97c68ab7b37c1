// The table of the rules, written by `make docs`; a test fails when it is stale.

/** Which event whoever is what to an order may cause, and from which statuses. */
export const table = [
  { event: 1004, by: [{ as: 'offered', from: [1001, 1002] }] },
  { event: 1014, by: [{ as: 'offered', from: [1001, 1002] }] },
  { event: 1005, by: [{ as: 'client', from: [1004] }] },
  { event: 1006, by: [{ as: 'serviceman', from: [1005, 1007] }] },
  { event: 1007, by: [{ as: 'client', from: [1006] }] },
  { event: 1012, by: [{ as: 'client', from: [1006] }, { as: 'serviceman', from: [1006] }] },
  { event: 1010, by: [{ as: 'client', from: [1005, 1007] }] },
  { event: 1011, by: [{ as: 'serviceman', from: [1010] }, { as: 'operator', from: [1010] }] },
  { event: 1013, by: [{ as: 'serviceman', from: [1010] }, { as: 'client', from: [1010] }] },
  { event: 1009, by: [{ as: 'client', from: [1011] }] },
  { event: 1008, by: [{ as: 'client', from: [1001, 1002, 1004] }, { as: 'serviceman', from: [1004] }] },
  { event: 1008, by: [{ as: 'operator', from: [1001, 1002, 1004, 1005, 1006, 1007, 1010] }] },
];

export const maxChangesDeclined = 5;
export const maxPaymentsRejected = 3;

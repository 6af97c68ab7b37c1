/**
 * What the examples of the operations that have a body send, by the operation's id, and in development mode as whom.
 * @type {Record<string, {as: {user: string, role: string}, body: unknown}>}
 */
export const examples = {
  'send-command': {
    as: { user: 'c-7', role: 'client' },
    body: {
      statusCode: 1001,
      receivers: ['s-9'],
      extra: { services: [{ service: 'Tap repair', quantity: 1, unitPrice: 49900 }], currency: 'INR' },
    },
  },
};

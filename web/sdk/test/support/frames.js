import { appendFileSync } from 'node:fs';

const file = process.env.CALLOUT_FRAMES;

/**
 * Notes what goes over a socket as a line of JSON, in the file that CALLOUT_FRAMES names, for who holds it to docs/asyncapi.yaml.
 * @param {'client' | 'server'} from
 * @param {unknown} frame
 */
export function note(from, frame) {
  if (file) {
    appendFileSync(file, `${JSON.stringify({ from, frame: String(frame) })}\n`);
  }
}

if (file && globalThis.WebSocket) {
  globalThis.WebSocket = class extends WebSocket {
    /** @param {string | URL} url @param {string | string[]} [protocols] */
    constructor(url, protocols) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => note('server', data));
    }

    /** @override @param {Parameters<WebSocket['send']>[0]} data */
    send(data) {
      note('client', data);
      super.send(data);
    }
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * Runs `callout demo --web` until stop, and gives the address that it prints. CALLOUT names the program.
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export function startDemo() {
  const demo = spawn(process.env.CALLOUT ?? '', ['demo', '--web'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(demo, 'exit');
  const lines = createInterface({ input: demo.stdout });
  return new Promise((resolve, reject) => {
    demo.on('error', reject);
    lines.on('line', (line) => {
      const url = /(http:\S+)\/demo$/.exec(line)?.[1];
      if (url) {
        resolve({ url, stop });
      }
    });
    lines.on('close', () => reject(new Error('the demo ended without an address')));
  });

  async function stop() {
    demo.kill('SIGINT');
    const [status] = await ended;
    if (status !== 0) {
      throw new Error(`the demo ended with status ${status}`);
    }
  }
}

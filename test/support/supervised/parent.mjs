/** The real supervisor over workers that start in no time: `node parent.mjs <workers> <stop within ms>`. */
import { resolve } from 'node:path';
import { Supervisor } from '../../../dist/supervisor/index.js';

const [workers, stopWithinMs] = process.argv.slice(2).map(Number);
const tell = (message) => process.stdout.write(`${message}\n`);
const supervisor = new Supervisor({
  workers,
  main: resolve(import.meta.dirname, 'worker.mjs'),
  args: [],
  env: {},
  stopWithinMs: () => stopWithinMs,
  log: { info: tell, warn: tell, error: tell },
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => supervisor.stop());
process.exit(await supervisor.run());

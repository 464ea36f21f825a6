/**
 * Loaded with `--import`: shifts the wall clock of the process by the milliseconds in the file `CHAOS_CLOCK_FILE`, which is
 * read at the start and again at each SIGUSR2. The monotonic clock goes on as ever.
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const RealDate = Date;
let shiftMs = 0;
const read = () => {
  shiftMs = Number(readFileSync(process.env.CHAOS_CLOCK_FILE, 'utf8'));
};
read();
process.on('SIGUSR2', read);

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shiftMs);
    else super(...args);
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
};
const timeOrigin = performance.timeOrigin + shiftMs;
Object.defineProperty(performance, 'timeOrigin', { get: () => timeOrigin });

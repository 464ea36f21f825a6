import { randomFillSync } from 'node:crypto';

const POOL = new Uint32Array(1_024);
let next = POOL.length;

/** A cryptographically random number in [0, 1), from a pool: asking the system for each one costs ten times as much. */
export function randomFraction(): number {
  if (next === POOL.length) {
    randomFillSync(POOL);
    next = 0;
  }
  const value = POOL[next] ?? 0;
  next += 1;
  return value / 2 ** 32;
}

import { setFlagsFromString } from 'node:v8';

/** How much of its size the heap may grow, in percent, before garbage is collected again. */
const GROWTH_PERCENT = 40;

/**
 * Keeps the heap near what is in use. Left to itself V8 lets a service of 55 MB in use grow to several times that before it
 * collects; `bench/README.md` has what both cost. Call it before much is allocated.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}

import type { Json } from './core/index.js';

/** A number, a flag, or the place of anything in an object or array. */
const SLOT_BYTES = 16;

/** Bytes of memory that a value takes, about: for bounds on what is kept. It must not nest deeper than the stack allows. */
export function roughSize(value: Json): number {
  if (typeof value === 'string') return SLOT_BYTES + value.length;
  if (typeof value !== 'object' || value === null) return SLOT_BYTES;
  let bytes = SLOT_BYTES;
  for (const item of Array.isArray(value) ? (value as readonly Json[]) : Object.values(value)) bytes += roughSize(item);
  return bytes;
}

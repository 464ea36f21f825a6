import type { Json } from '../../executor/core/index.js';

/** A string as it is, anything else as JSON; `?` for nothing. */
export function jsonText(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '?' : JSON.stringify(value);
}

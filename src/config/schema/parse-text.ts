import type { Parsed } from './key-spec.js';

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);
const REFUSED: Parsed = { ok: false };

/** Any text is itself. */
export function parseText(text: string): Parsed {
  return { ok: true, value: text };
}

/** `true`, `false`, `1`, `0`, `yes` or `no`, in any case. */
export function parseFlag(text: string): Parsed {
  const value = FLAGS.get(text.toLowerCase());
  return value === undefined ? REFUSED : { ok: true, value };
}

/** Decimal digits with an optional sign: no hexadecimal, no unit, nothing after them. */
export function parseInteger(text: string): Parsed {
  return INTEGER.test(text) ? { ok: true, value: Number(text) } : REFUSED;
}

/** A decimal number, with an exponent if need be. */
export function parseNumber(text: string): Parsed {
  return NUMBER.test(text) ? { ok: true, value: Number(text) } : REFUSED;
}

/** A JSON array; what its entries may be is checked by the key. */
export function parseList(text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? { ok: true, value } : REFUSED;
  } catch {
    return REFUSED;
  }
}

/** A JSON object; what its values may be is checked by the key. */
export function parseObject(text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ok: true, value } : REFUSED;
  } catch {
    return REFUSED;
  }
}

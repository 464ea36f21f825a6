import { z } from 'zod';

const INTEGER = /^-?\d{1,15}$/;
const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i;

/** A whole number written in decimal digits. */
export function queryInteger(bounds: { readonly min: number; readonly max: number }) {
  return queryNumberOf(INTEGER, `takes an integer from ${bounds.min} to ${bounds.max}`, bounds);
}

/** A number written in decimal digits, with a fraction if need be. */
export function queryNumber(bounds: { readonly min: number; readonly max: number }) {
  return queryNumberOf(/^-?\d{1,15}(?:\.\d{1,9})?$/, `takes a number from ${bounds.min} to ${bounds.max}`, bounds);
}

/** `true` or `false`. */
export function queryFlag() {
  return z.enum(['true', 'false'], { error: 'takes true or false' }).transform((text) => text === 'true');
}

/** A moment as RFC 3339, in milliseconds since 1970. */
export function queryTimestamp() {
  return z
    .string()
    .regex(RFC3339, { error: 'takes a time as in RFC 3339, such as 2026-11-23T10:00:00Z', abort: true })
    .transform((text, context): number => {
      const time = Date.parse(text);
      if (!Number.isNaN(time)) return time;
      context.addIssue({ code: 'custom', message: 'is not a time that exists' });
      return z.NEVER;
    });
}

function queryNumberOf(pattern: RegExp, takes: string, bounds: { readonly min: number; readonly max: number }) {
  return z
    .string()
    .regex(pattern, { error: takes, abort: true })
    .transform(Number)
    .pipe(z.number().min(bounds.min, { error: takes }).max(bounds.max, { error: takes }));
}

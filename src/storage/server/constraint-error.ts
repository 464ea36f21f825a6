import { ConstraintError } from '../storage.errors.js';

/** By the codes of PostgreSQL and of MySQL. */
const RULES: ReadonlyMap<string, string> = new Map([
  ['23505', 'UNIQUE'],
  ['ER_DUP_ENTRY', 'UNIQUE'],
  ['23503', 'FOREIGN KEY'],
  ['ER_NO_REFERENCED_ROW_2', 'FOREIGN KEY'],
  ['ER_ROW_IS_REFERENCED_2', 'FOREIGN KEY'],
  ['23502', 'NOT NULL'],
  ['ER_BAD_NULL_ERROR', 'NOT NULL'],
  ['22001', 'length'],
  ['ER_DATA_TOO_LONG', 'length'],
]);

/**
 * What a driver says of a row that breaks a rule, without the values that it tells; undefined for any other error. The
 * driver's own error is left behind for the same reason.
 */
export function constraintErrorOf(error: unknown): ConstraintError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const rule = RULES.get(error.code);
  if (rule === undefined) return undefined;
  const name = nameOf(error);
  return new ConstraintError(`${rule} constraint failed${name === undefined ? '' : `: ${name}`}`);
}

/** PostgreSQL names the constraint or the column in a field of its own, MySQL in the message, with the table before a key. */
function nameOf(error: Error): string | undefined {
  for (const field of ['constraint', 'column'] as const) {
    const value: unknown = Reflect.get(error, field);
    if (typeof value === 'string') return value;
  }
  return /for key '(?:[^'.]+\.)?([^']+)'$|CONSTRAINT [`"]([^`"]+)[`"]|[Cc]olumn '([^']+)'/
    .exec(error.message)
    ?.slice(1)
    .find((name) => name);
}

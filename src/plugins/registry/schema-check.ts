import type { z } from 'zod';
import { type Fault, isJsonObject, jsonPointer, setOwn } from '../../executor/core/index.js';
import { didYouMean, nearest } from './nearest.js';

/** Faults that one message lists at most. */
const MAX_LISTED = 5;

export type SchemaCheck =
  | { readonly ok: true; readonly value: unknown }
  /** `issues` in zod's form; `describeIssue` words them. */
  | { readonly ok: false; readonly issues: readonly z.core.$ZodIssue[] };

/** Checks a value against a schema and fills in its defaults. */
export function checkSchema(schema: z.ZodType, value: unknown): SchemaCheck {
  const parsed = schema.safeParse(value);
  return parsed.success
    ? { ok: true, value: keepEveryKey(value, parsed.data) }
    : { ok: false, issues: parsed.error.issues };
}

/** Open zod objects lose a key named `__proto__`: it is plain data here, so it is put back. */
function keepEveryKey(original: unknown, parsed: unknown): unknown {
  const isLost = isJsonObject(original) && Object.hasOwn(original, '__proto__');
  if (!isLost || !isJsonObject(parsed) || Object.hasOwn(parsed, '__proto__')) return parsed;
  const kept: Record<string, unknown> = { ...parsed };
  setOwn<unknown>(kept, '__proto__', original['__proto__']);
  return kept;
}

/**
 * Words an issue for the author of a graph: one fault per unknown key, "is required" for what is missing, and for a value
 * that fits none of several forms what each of them wanted.
 */
export function describeIssue(issue: z.core.$ZodIssue, value: unknown, knownKeys: Iterable<string> = []): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    const known = [...knownKeys];
    return issue.keys.map((key) => ({
      pointer: jsonPointer([...segments(issue.path), key]),
      message: `unknown key ${JSON.stringify(key)}${issue.path.length === 0 ? didYouMean(nearest(key, known)) : ''}`,
    }));
  }
  const isMissing = issue.path.length > 0 && valueAt(value, issue.path) === undefined;
  return [{ pointer: jsonPointer(segments(issue.path)), message: isMissing ? 'is required' : messageOf(issue) }];
}

/** The faults of a value in one line: where each is and what is wrong, the first five. */
export function summariseIssues(issues: readonly z.core.$ZodIssue[], value: unknown, what: string): string {
  const faults = issues.flatMap((issue) => describeIssue(issue, value));
  const listed = faults.slice(0, MAX_LISTED).map(({ pointer, message }) => `${what}${pointer}: ${message}`);
  const rest = faults.length - MAX_LISTED;
  return [...listed, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

/** The value at a path of own keys; undefined when it leads nowhere. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null && Object.hasOwn(current, key)
        ? (current as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

function messageOf(issue: z.core.$ZodIssue): string {
  const isBareUnion = issue.code === 'invalid_union' && issue.message === 'Invalid input';
  if (!isBareUnion) return issue.message.replace(/^Invalid input: /, '');
  const wanted = issue.errors.flatMap((errors) => errors.slice(0, 1).map((error) => messageOf(error)));
  return `fits none of the accepted forms (${[...new Set(wanted)].join('; ')})`;
}

function segments(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((key) => (typeof key === 'symbol' ? String(key) : key));
}

import type { z } from 'zod';
import { isJsonObject, overlay } from '../core/index.js';
import { AgentError } from '../../plugins/index.js';

/** Faults that one message lists at most. */
const MAX_ISSUES = 5;

/**
 * Checks a value against a schema and fills in its defaults.
 *
 * @throws {AgentError} of `errorType`, not retryable, naming each fault and where it is.
 */
export function parseWith(schema: z.ZodType, value: unknown, errorType: string, what: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return keepEveryKey(value, parsed.data);
  const issues = parsed.error.issues;
  const listed = issues.slice(0, MAX_ISSUES).map((issue) => `${pathOf(what, issue.path)}: ${issue.message}`);
  const more = issues.length > MAX_ISSUES ? [`and ${issues.length - MAX_ISSUES} more`] : [];
  throw new AgentError([...listed, ...more].join('; '), { type: errorType, retryable: false });
}

/** Open zod objects drop a `__proto__` key: it is plain data here, so it is put back. */
function keepEveryKey(original: unknown, parsed: unknown): unknown {
  const isDropped = isJsonObject(original) && Object.hasOwn(original, '__proto__');
  if (!isDropped || !isJsonObject(parsed) || Object.hasOwn(parsed, '__proto__')) return parsed;
  return overlay(original, parsed);
}

function pathOf(what: string, path: readonly PropertyKey[]): string {
  return [what, ...path.map(String)].join('.');
}

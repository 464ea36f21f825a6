import type { z } from 'zod';
import { type Fault, type JsonObject, type KeyContract } from '../../executor/core/index.js';
import { checkSchema, describeIssue, valueAt } from './schema-check.js';

export interface ParamsCheckOptions {
  /** Keys that an edge brings: they may be left out. */
  readonly allowMissing: ReadonlySet<string>;
}

/**
 * What can be said of a node's params before any run. What a template will yield is not known yet, so faults of values
 * that hold one are left out; the attempt checks them.
 */
export function paramsFaults(
  schema: z.ZodType,
  contract: KeyContract,
  params: JsonObject,
  { allowMissing }: ParamsCheckOptions,
): Fault[] {
  const checked = checkSchema(schema, params);
  if (checked.ok) return [];
  return checked.issues
    .filter((issue) => isCertain(issue, params, allowMissing))
    .flatMap((issue) => describeIssue(issue, params, contract.known));
}

function isCertain(issue: z.core.$ZodIssue, params: JsonObject, allowMissing: ReadonlySet<string>): boolean {
  // Keys are never templates.
  if (issue.code === 'unrecognized_keys') return true;
  // A rule over several keys, such as "exactly one of", may look at one that an edge brings.
  if (issue.path.length === 0) return allowMissing.size === 0 && !holdsTemplate(params);
  const [first] = issue.path;
  const isSupplied = typeof first === 'string' && allowMissing.has(first) && !Object.hasOwn(params, first);
  return !isSupplied && !holdsTemplate(valueAt(params, issue.path));
}

/** True if any string in the value holds `${`. Without recursion: how deep params nest is for others to bound. */
function holdsTemplate(value: unknown): boolean {
  const pending = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string' && next.includes('${')) return true;
    if (typeof next === 'object' && next !== null) for (const item of Object.values(next)) pending.push(item);
  }
  return false;
}

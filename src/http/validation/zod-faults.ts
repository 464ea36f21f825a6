import type { z } from 'zod';
import { NearestHints, knownKeysAt } from './known-keys.js';

/** One thing that is wrong with a value, at a path of keys and indexes. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  readonly code: string;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

const LONGEST_SHOWN_NAME = 80;

/** One fault per thing that is wrong, in the order in which zod found them; parse with `reportInput`. */
export function faultsOf(schema: z.core.$ZodType, error: z.core.$ZodError): Fault[] {
  const body = { schema, hints: new NearestHints() };
  return error.issues.flatMap((issue) => issueFaults(body, issue, []));
}

interface Body {
  readonly schema: z.core.$ZodType;
  readonly hints: NearestHints;
}

function issueFaults(body: Body, issue: Issue, parent: readonly PropertyKey[]): Fault[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(body, path, key));
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return unionFaults(body, issue, path);
  if (isMissing(issue)) return [{ path, code: 'required', message: `is required: takes ${expected(issue)}` }];
  return [{ path, code: codeOf(issue), message: issue.message }];
}

/** Of the options of a union, the one that the value came closest to is the one it was meant for. */
function unionFaults(
  body: Body,
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: readonly PropertyKey[],
): Fault[] {
  const options = issue.errors.filter((issues) => !issues.some(isWrongFromTheStart));
  const nearest = options.toSorted((left, right) => left.length - right.length)[0];
  if (nearest !== undefined) return nearest.flatMap((inner) => issueFaults(body, inner, path));
  const accepted = issue.errors.flat().map((inner) => (inner.code === 'invalid_type' ? inner.expected : inner.message));
  return [{ path, code: 'invalid-type', message: `takes one of: ${[...new Set(accepted)].join(', ')}` }];
}

function isWrongFromTheStart(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code === 'invalid_type';
}

function unknownField({ schema, hints }: Body, path: readonly PropertyKey[], key: string): Fault {
  const shown = key.length > LONGEST_SHOWN_NAME ? `${key.slice(0, LONGEST_SHOWN_NAME)}…` : key;
  const message = `unknown field "${shown}"${hints.of(key, () => knownKeysAt(schema, path))}`;
  return { path: [...path, key], code: 'unknown-field', message };
}

type MissingIssue = Extract<Issue, { code: 'invalid_type' | 'invalid_value' }>;

function isMissing(issue: Issue): issue is MissingIssue {
  return (issue.code === 'invalid_type' || issue.code === 'invalid_value') && issue.input === undefined;
}

function expected(issue: MissingIssue): string {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  return `${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
}

function codeOf(issue: Issue): string {
  if (issue.code !== 'custom') return issue.code.replaceAll('_', '-');
  const code: unknown = issue.params?.['code'];
  return typeof code === 'string' ? code : 'invalid';
}

import type { GraphPlan } from '../../executor/core/index.js';
import { type ProblemDetail, NearestHints, jsonPointer } from '../../http/index.js';
import type { RetryRunBody } from '../dto/run.schemas.js';

const FIELDS = ['from', 'skip', 'params', 'with_output'] as const;
type Field = (typeof FIELDS)[number];

interface Named {
  readonly field: Field;
  readonly pointer: string;
  readonly id: string;
}

/** What is wrong with the nodes that a retry names: unknown ones, and those that it wants treated in two ways. */
export function namedNodesFaults(body: RetryRunBody, plan: GraphPlan): ProblemDetail[] {
  const named = FIELDS.flatMap((field) => nodesIn(body, field));
  const hints = new NearestHints();
  return [...named.flatMap((node) => unknownFault(node, plan, hints)), ...conflicts(named)];
}

function nodesIn(body: RetryRunBody, field: Field): Named[] {
  const value = body[field];
  if (value === undefined) return [];
  const ids = Array.isArray(value) ? (value as readonly string[]) : Object.keys(value);
  const keyOf = (id: string, index: number): string | number => (Array.isArray(value) ? index : id);
  return ids.map((id, index) => ({ field, id, pointer: jsonPointer([field, keyOf(id, index)]) }));
}

function unknownFault({ id, pointer }: Named, plan: GraphPlan, hints: NearestHints): ProblemDetail[] {
  if (plan.indexOf.has(id)) return [];
  const hint = hints.of(id, () => [...plan.indexOf.keys()]);
  const message = `the graph has no node ${JSON.stringify(id.slice(0, 64))}${hint}`;
  return [{ pointer, code: 'unknown-node', message }];
}

/** A node either runs again, or is skipped, or has its output given. */
function conflicts(named: readonly Named[]): ProblemDetail[] {
  const first = new Map<string, Field>();
  return named.flatMap(({ field, id, pointer }) => {
    if (field === 'params') return [];
    const other = first.get(id);
    if (other === undefined) first.set(id, field);
    if (other === undefined || other === field) return [];
    const message = `"${id}" stands in ${other} too: a node runs again, is skipped or has its output given`;
    return [{ pointer, code: 'conflict', message }];
  });
}

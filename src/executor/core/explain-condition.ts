import type { PlanEdge } from './compile.js';
import { type ConditionScope, findVariable } from './conditions.js';
import type { ConditionOperator, ConditionSpec } from './graph-definition.js';
import type { Json, JsonObject } from './json.js';
import { lookup, parsePath } from './paths.js';
import { clipped } from './clipped.js';

/** A value that a condition looked at. */
export interface ConditionValue {
  /** The `var` of an object form, or a reference of an expression such as `output.score`. */
  readonly name: string;
  /** Of an object form. */
  readonly op?: ConditionOperator;
  readonly value?: Json;
  /** False when the name led nowhere. */
  readonly found: boolean;
  /** What it led to; long values are cut. */
  readonly actual?: Json;
}

/** A condition and what it saw. */
export interface ConditionExplanation {
  /** As the graph says it. */
  readonly cond: string | ConditionSpec;
  /** Null while it has not been evaluated: its source has not ended, or an earlier edge of its group was taken. */
  readonly holds: boolean | null;
  /** Why it could not be evaluated. */
  readonly error?: string;
  /** Empty while it has not been evaluated. */
  readonly values: readonly ConditionValue[];
}

type Leaf = Extract<ConditionSpec, { readonly op: ConditionOperator }>;

/** @param scope What it saw; undefined while it has not been evaluated. */
export function explainCondition(edge: PlanEdge, scope: ConditionScope | undefined): ConditionExplanation | null {
  const { cond } = edge.definition;
  if (cond === undefined || edge.condition === undefined) return null;
  if (scope === undefined) return { cond, holds: null, values: [] };
  const result = edge.condition.evaluate(scope);
  const values = typeof cond === 'string' ? valuesOf(edge.condition.references, scope) : operandsOf(cond, scope);
  if (result.verdict === 'error') return { cond, holds: null, error: result.message, values };
  return { cond, holds: result.verdict === 'true', values };
}

function operandsOf(spec: ConditionSpec, scope: ConditionScope): ConditionValue[] {
  return leavesOf(spec).map(({ var: name, op, value }) => {
    const found = findVariable(scope, name, parsePath(name));
    const compared = value === undefined ? { op } : { op, value: clipped(value) };
    return found.found
      ? { name, ...compared, found: true, actual: clipped(found.value) }
      : { name, ...compared, found: false };
  });
}

function leavesOf(spec: ConditionSpec): Leaf[] {
  if ('all' in spec) return spec.all.flatMap(leavesOf);
  if ('any' in spec) return spec.any.flatMap(leavesOf);
  return 'not' in spec ? leavesOf(spec.not) : [spec];
}

function valuesOf(references: readonly (readonly string[])[], scope: ConditionScope): ConditionValue[] {
  const root: JsonObject = {
    output: scope.output,
    input: scope.input,
    mapped: scope.mapped,
    error: scope.error ?? null,
  };
  const names = new Map(references.map((path) => [path.join('.'), path]));
  return [...names].map(([name, path]) => {
    const found = lookup(root, path);
    return found.found ? { name, found: true, actual: clipped(found.value) } : { name, found: false };
  });
}

import { deepEqual } from './deep-equal.js';
import { type ExpressionCompiler, compileOver, ExpressionLimitError } from './expressions.js';
import type { ConditionOperator, ConditionSpec } from './graph-definition.js';
import type { Json, JsonObject } from './json.js';
import { type Lookup, lookup, parsePath } from './paths.js';

/** Names that the string form of a condition may use. */
export const CONDITION_NAMES = ['output', 'input', 'mapped', 'error'] as const;

/** What the condition of an edge can see. */
export interface ConditionScope {
  /** What the source gave; `{ error }` if it failed. */
  readonly output: Json;
  /** The run's input. */
  readonly input: Json;
  /** The edge's mapped keys; a path that led nowhere has none. */
  readonly mapped: JsonObject;
  /** Why the source failed; expressions see null if it did not. */
  readonly error?: JsonObject;
}

export type ConditionVerdict =
  | { readonly verdict: 'true' }
  | { readonly verdict: 'false' }
  | { readonly verdict: 'error'; readonly message: string };

/** The condition of an edge, ready to evaluate. Evaluating never throws and ends in bounded time. */
export interface EdgeCondition {
  evaluate(scope: ConditionScope): ConditionVerdict;
  /** Names that an expression uses, each with the keys that follow it; empty for the object form. */
  readonly references: readonly (readonly string[])[];
}

type Test = (scope: ConditionScope) => boolean;
type Leaf = Extract<ConditionSpec, { readonly op: ConditionOperator }>;

const TRUE: ConditionVerdict = { verdict: 'true' };
const FALSE: ConditionVerdict = { verdict: 'false' };

/**
 * Compiles either form of `cond`.
 *
 * @throws {ExpressionSyntaxError} if an expression or a pattern does not parse.
 * @throws {PathSyntaxError} if a `var` has an empty segment.
 */
export function compileEdgeCondition(cond: string | ConditionSpec, expressions: ExpressionCompiler): EdgeCondition {
  return typeof cond === 'string' ? compileExpressionForm(cond, expressions) : compileObjectForm(cond, expressions);
}

function compileExpressionForm(source: string, expressions: ExpressionCompiler): EdgeCondition {
  const expression = compileOver(CONDITION_NAMES, source, expressions);
  return {
    references: expression.references,
    evaluate({ output, input, mapped, error = null }) {
      const result = expression.evaluate({ output, input, mapped, error });
      if (!result.ok) return { verdict: 'error', message: result.message };
      if (typeof result.value === 'boolean') return result.value ? TRUE : FALSE;
      return { verdict: 'error', message: `it must give true or false, not ${kindOf(result.value)}` };
    },
  };
}

function compileObjectForm(spec: ConditionSpec, expressions: ExpressionCompiler): EdgeCondition {
  const test = compileTest(spec, expressions);
  return {
    references: [],
    evaluate(scope) {
      try {
        return test(scope) ? TRUE : FALSE;
      } catch (error) {
        if (error instanceof ExpressionLimitError) return { verdict: 'error', message: error.message };
        throw error;
      }
    },
  };
}

function compileTest(spec: ConditionSpec, expressions: ExpressionCompiler): Test {
  if ('all' in spec) {
    const tests = spec.all.map((part) => compileTest(part, expressions));
    return (scope) => tests.every((test) => test(scope));
  }
  if ('any' in spec) {
    const tests = spec.any.map((part) => compileTest(part, expressions));
    return (scope) => tests.some((test) => test(scope));
  }
  if ('not' in spec) {
    const test = compileTest(spec.not, expressions);
    return (scope) => !test(scope);
  }
  return compileLeaf(spec, expressions);
}

function compileLeaf({ var: name, op, value }: Leaf, expressions: ExpressionCompiler): Test {
  const segments = parsePath(name);
  const variable = (scope: ConditionScope): Lookup => findVariable(scope, name, segments);
  if (op === 'exists') {
    const isWanted = value !== false;
    return (scope) => variable(scope).found === isWanted;
  }
  if (op === '!=') {
    return (scope) => {
      const found = variable(scope);
      return !found.found || !deepEqual(found.value, value);
    };
  }
  const holds = op === 'matches' ? searcher(value, expressions) : OPERATORS[op];
  return (scope) => {
    const found = variable(scope);
    return found.found && holds(found.value, value);
  };
}

/** What a `var` stands for. Mapped names come first: a whole name, then a path into one; then a path in the output. */
export function findVariable({ mapped, output }: ConditionScope, name: string, segments: readonly string[]): Lookup {
  if (Object.hasOwn(mapped, name)) return { found: true, value: mapped[name] as Json };
  const inMapped = lookup(mapped, segments);
  return inMapped.found ? inMapped : lookup(output, segments);
}

type Holds = (variable: Json, value: Json | undefined) => boolean;

const OPERATORS: Readonly<Record<Exclude<ConditionOperator, 'exists' | '!=' | 'matches'>, Holds>> = {
  '==': (variable, value) => deepEqual(variable, value),
  '>': (variable, value) => order(variable, value) > 0,
  '>=': (variable, value) => order(variable, value) >= 0,
  '<': (variable, value) => order(variable, value) < 0,
  '<=': (variable, value) => order(variable, value) <= 0,
  contains: (variable, value) => isIn(value, variable),
  in: (variable, value) => isIn(variable, value),
};

/** The sign says which is greater; NaN for values without an order. Strings are ordered by UTF-16 code unit. */
function order(variable: Json, value: Json | undefined): number {
  if (typeof variable === 'number' && typeof value === 'number') return variable - value;
  if (typeof variable !== 'string' || typeof value !== 'string') return Number.NaN;
  if (variable === value) return 0;
  return variable > value ? 1 : -1;
}

function isIn(part: Json | undefined, whole: Json | undefined): boolean {
  if (typeof whole === 'string') return typeof part === 'string' && whole.includes(part);
  return Array.isArray(whole) && whole.some((element) => deepEqual(element, part));
}

function searcher(pattern: Json | undefined, expressions: ExpressionCompiler): Holds {
  if (typeof pattern !== 'string') return () => false;
  const search = expressions.pattern(pattern);
  return (variable) => typeof variable === 'string' && search(variable);
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

import { CONDITION_NAMES } from './conditions.js';
import { type ExpressionCompiler, compileOver, ExpressionSyntaxError } from './expressions.js';
import { type Fault, jsonPointer } from './fault.js';
import { CONDITION_OPERATORS } from './graph-definition.js';
import { type JsonObject, isJsonObject } from './json.js';
import { parsePath, PathSyntaxError } from './paths.js';

/** How deep `all`, `any` and `not` may nest. */
export const MAX_CONDITION_DEPTH = 32;
/** How many parts the object form may have in all. */
export const MAX_CONDITION_PARTS = 256;

const COMBINERS = ['all', 'any', 'not'] as const;
const FORMS = 'write { "var", "op", "value" }, { "all": [...] }, { "any": [...] } or { "not": ... }';

/**
 * Checks a `cond` as a client sent it, before it may be compiled. Empty groups are accepted: `{ "all": [] }` is true,
 * `{ "any": [] }` false. An empty answer means that `compileEdgeCondition` takes it.
 */
export function conditionFaults(cond: unknown, expressions: ExpressionCompiler): Fault[] {
  if (typeof cond === 'string') return syntaxFaults('', () => compileOver(CONDITION_NAMES, cond, expressions));
  return new ConditionChecker(expressions).check(cond);
}

class ConditionChecker {
  readonly #faults: Fault[] = [];
  #parts = 0;

  constructor(private readonly expressions: ExpressionCompiler) {}

  check(cond: unknown): Fault[] {
    this.#checkPart(cond, []);
    if (this.#parts > MAX_CONDITION_PARTS) {
      return [{ pointer: '', message: `a condition may have at most ${MAX_CONDITION_PARTS} parts` }];
    }
    return this.#faults;
  }

  #checkPart(part: unknown, path: readonly (string | number)[], depth = 1): void {
    this.#parts += 1;
    if (this.#parts > MAX_CONDITION_PARTS) return;
    if (depth > MAX_CONDITION_DEPTH) {
      return this.#report(path, `conditions may nest at most ${MAX_CONDITION_DEPTH} deep`);
    }
    if (!isJsonObject(part)) return this.#report(path, `a condition is an object or an expression: ${FORMS}`);
    const combiner = COMBINERS.find((key) => Object.hasOwn(part, key));
    if (combiner === undefined) return this.#checkLeaf(part, path);
    this.#checkKeys(part, [combiner], path);
    const inner: unknown = part[combiner];
    if (combiner === 'not') return this.#checkPart(inner, [...path, combiner], depth + 1);
    if (!Array.isArray(inner)) return this.#report([...path, combiner], `"${combiner}" takes a list of conditions`);
    inner.forEach((child, index) => this.#checkPart(child, [...path, combiner, index], depth + 1));
  }

  #checkLeaf(leaf: JsonObject, path: readonly (string | number)[]): void {
    this.#checkKeys(leaf, ['var', 'op', 'value'], path);
    this.#checkVariable(leaf, path);
    const op = Object.hasOwn(leaf, 'op') ? leaf['op'] : undefined;
    const known: readonly unknown[] = CONDITION_OPERATORS;
    if (!known.includes(op)) {
      return this.#report([...path, 'op'], `"op" must be one of ${CONDITION_OPERATORS.join(' ')}`);
    }
    this.#checkValue(leaf, op as string, [...path, 'value']);
  }

  #checkVariable(leaf: JsonObject, path: readonly (string | number)[]): void {
    const pointer = [...path, 'var'];
    const name = Object.hasOwn(leaf, 'var') ? leaf['var'] : undefined;
    if (typeof name !== 'string') return this.#report(pointer, '"var" must be a mapped name or a path in the output');
    this.#faults.push(...syntaxFaults(jsonPointer(pointer), () => parsePath(name)));
  }

  #checkValue(leaf: JsonObject, op: string, path: readonly (string | number)[]): void {
    if (!Object.hasOwn(leaf, 'value')) {
      if (op !== 'exists') this.#report(path, `"${op}" needs a "value"`);
      return;
    }
    const value = leaf['value'];
    if (op === 'exists' && typeof value !== 'boolean') this.#report(path, '"exists" takes the value true or false');
    if (op !== 'matches') return;
    if (typeof value !== 'string') return this.#report(path, '"matches" takes a pattern: a string');
    this.#faults.push(...syntaxFaults(jsonPointer(path), () => this.expressions.pattern(value)));
  }

  #checkKeys(part: JsonObject, known: readonly string[], path: readonly (string | number)[]): void {
    for (const key of Object.keys(part)) {
      if (!known.includes(key)) this.#report([...path, key], `unknown key ${JSON.stringify(key)}: ${FORMS}`);
    }
  }

  #report(path: readonly (string | number)[], message: string): void {
    this.#faults.push({ pointer: jsonPointer(path), message });
  }
}

function syntaxFaults(pointer: string, compile: () => unknown): Fault[] {
  try {
    compile();
    return [];
  } catch (error) {
    if (error instanceof ExpressionSyntaxError || error instanceof PathSyntaxError) {
      return [{ pointer, message: error.message }];
    }
    throw error;
  }
}

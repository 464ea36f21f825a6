import { type CelValue, CelEvaluationError, isList, isMap, typeNameOf } from './cel-values.js';
import type { ComprehensionKind } from './comprehensions.js';
import type { Meter } from './meter.js';

/** Evaluates a part of a comprehension's body for one element. */
export type Visitor = (element: CelValue) => CelValue;

interface LoopInput {
  readonly elements: readonly CelValue[];
  readonly first: Visitor;
  /** What a `map` with a filter maps to. */
  readonly second?: Visitor;
  readonly meter: Meter;
}

/** Making an error costs far more than a usual step. */
const STEPS_PER_ERROR = 50;

/** @throws {CelEvaluationError} if `value` is not a boolean; `where` names who needs one. */
export function asBoolean(value: CelValue, where: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new CelEvaluationError(`"${where}" needs bool, not ${typeNameOf(value)}`);
}

/** What `evaluate` gives, or its error: `&&`, `||`, `all` and `exists` go on after one. A used-up meter ends all. */
export function attempt(evaluate: () => boolean, meter: Meter): boolean | CelEvaluationError {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof CelEvaluationError)) throw error;
    meter.spend(STEPS_PER_ERROR);
    return error;
  }
}

/** The elements of a list, or the keys of a map. */
export function elementsToVisit(range: CelValue, meter: Meter): readonly CelValue[] {
  if (isList(range)) return range;
  if (!isMap(range)) throw new CelEvaluationError(`${typeNameOf(range)} has no elements`);
  const keys = Object.keys(range);
  meter.spend(keys.length);
  return keys;
}

function quantifier(name: string, decides: boolean): (input: LoopInput) => CelValue {
  return ({ elements, first, meter }) => {
    let failure: CelEvaluationError | undefined;
    for (const element of elements) {
      const outcome = attempt(() => asBoolean(first(element), name), meter);
      if (outcome === decides) return decides;
      if (typeof outcome !== 'boolean') failure ??= outcome;
    }
    if (failure !== undefined) throw failure;
    return !decides;
  };
}

/** How each comprehension goes over its elements. */
export const LOOPS: Readonly<Record<ComprehensionKind, (input: LoopInput) => CelValue>> = {
  all: quantifier('all', false),
  exists: quantifier('exists', true),
  exists_one: ({ elements, first }) =>
    elements.filter((element) => asBoolean(first(element), 'exists_one')).length === 1,
  filter: ({ elements, first, meter }) =>
    meter.built(elements.filter((element) => asBoolean(first(element), 'filter'))),
  map({ elements, first, second, meter }) {
    if (second === undefined) return meter.built(elements.map((element) => first(element)));
    const kept = elements.filter((element) => asBoolean(first(element), 'map'));
    return meter.built(kept.map((element) => second(element)));
  },
};

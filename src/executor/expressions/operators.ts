import { type Comparison, areLikeContainers, deepEqual } from '../core/index.js';
import { type CelValue, CelEvaluationError, CelType, isList, isMap, isNumber, typeNameOf } from './cel-values.js';
import type { Meter } from './meter.js';

/** Applies an operator to two values that are already evaluated. */
export type BinaryOperator = (left: CelValue, right: CelValue, meter: Meter) => CelValue;

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

/** @throws {CelEvaluationError} if `value` does not fit into 64 bits. */
export function checkedInt(value: bigint): bigint {
  if (value >= MIN_INT && value <= MAX_INT) return value;
  throw new CelEvaluationError('an integer does not fit into 64 bits');
}

function notApplicable(operator: string, left: CelValue, right: CelValue): CelEvaluationError {
  return new CelEvaluationError(`"${operator}" cannot take ${typeNameOf(left)} and ${typeNameOf(right)}`);
}

interface Arithmetic {
  readonly int: (left: bigint, right: bigint) => bigint;
  readonly double: (left: number, right: number) => number;
}

const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  '+': { int: (left, right) => left + right, double: (left, right) => left + right },
  '-': { int: (left, right) => left - right, double: (left, right) => left - right },
  '*': { int: (left, right) => left * right, double: (left, right) => left * right },
  '/': { int: (left, right) => left / right, double: (left, right) => left / right },
  '%': { int: (left, right) => left % right, double: (left, right) => left % right },
};

function arithmetic(operator: string): BinaryOperator {
  const { int, double } = ARITHMETIC[operator] as Arithmetic;
  const divides = operator === '/' || operator === '%';
  return (left, right) => {
    if (!isNumber(left) || !isNumber(right)) throw notApplicable(operator, left, right);
    if (typeof left === 'number' || typeof right === 'number') return double(Number(left), Number(right));
    if (divides && right === 0n) throw new CelEvaluationError('division by zero');
    return checkedInt(int(left, right));
  };
}

const addNumbers = arithmetic('+');

const add: BinaryOperator = (left, right, meter) => {
  if (typeof left === 'string' && typeof right === 'string') {
    meter.spendText(left.length + right.length);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    meter.spend(left.length + right.length);
    return meter.built([...left, ...right]);
  }
  return addNumbers(left, right, meter);
};

type Ordering = (left: number | bigint | string | boolean, right: number | bigint | string | boolean) => boolean;

function ordering(operator: string, holds: Ordering): BinaryOperator {
  return (left, right, meter) => {
    if (isNumber(left) && isNumber(right)) return holds(left, right);
    if (typeof left === 'boolean' && typeof right === 'boolean') return holds(left, right);
    if (typeof left !== 'string' || typeof right !== 'string') throw notApplicable(operator, left, right);
    meter.spendText(Math.min(left.length, right.length));
    return holds(left, right);
  };
}

/** Deep equality: an int equals the double of the same value, and unlike types are unequal, never an error. */
function areEqual(left: CelValue, right: CelValue, meter: Meter): boolean {
  const comparison: Comparison = {
    compare(a, b) {
      meter.spend(1);
      if (typeof a === 'string' && typeof b === 'string' && a.length === b.length) meter.spendText(a.length);
      if (a === b) return true;
      if (a instanceof CelType || b instanceof CelType) return false;
      if (isNumber(a as CelValue) && isNumber(b as CelValue)) return areSameNumber(a as number, b as number);
      return areLikeContainers(a, b) ? 'descend' : false;
    },
    onDescend: (children) => meter.spend(children),
  };
  return deepEqual(left, right, comparison);
}

/** Compares across int and double without rounding either. */
function areSameNumber(left: number | bigint, right: number | bigint): boolean {
  return left >= right && left <= right;
}

const isIn: BinaryOperator = (item, container, meter) => {
  if (isList(container)) return container.some((element) => areEqual(item, element, meter));
  if (isMap(container)) return typeof item === 'string' && Object.hasOwn(container, item);
  throw notApplicable('in', item, container);
};

/** The operators that take both sides evaluated. */
export const BINARY_OPERATORS: Readonly<Record<string, BinaryOperator>> = {
  '+': add,
  '-': arithmetic('-'),
  '*': arithmetic('*'),
  '/': arithmetic('/'),
  '%': arithmetic('%'),
  '==': areEqual,
  '!=': (left, right, meter) => !areEqual(left, right, meter),
  '<': ordering('<', (left, right) => left < right),
  '<=': ordering('<=', (left, right) => left <= right),
  '>': ordering('>', (left, right) => left > right),
  '>=': ordering('>=', (left, right) => left >= right),
  in: isIn,
};

export function negate(value: CelValue): CelValue {
  if (typeof value === 'number') return -value;
  if (typeof value === 'bigint') return checkedInt(-value);
  throw new CelEvaluationError(`"-" cannot take ${typeNameOf(value)}`);
}

export function invert(value: CelValue): CelValue {
  if (typeof value === 'boolean') return !value;
  throw new CelEvaluationError(`"!" cannot take ${typeNameOf(value)}`);
}

/**
 * Reads a key of a map.
 *
 * @throws {CelEvaluationError} if `value` is no map or lacks the key. `shownAs` is how the message may name the key.
 */
export function readKey(value: CelValue, key: string, shownAs: string): CelValue {
  if (!isMap(value)) throw new CelEvaluationError(`cannot read ${shownAs} of ${typeNameOf(value)}`);
  if (!Object.hasOwn(value, key)) throw new CelEvaluationError(`there is no ${shownAs}`);
  return value[key] as CelValue;
}

/**
 * Reads `value[index]` of a list or a map.
 *
 * @throws {CelEvaluationError} if there is no such element.
 */
export function readIndex(value: CelValue, index: CelValue): CelValue {
  if (isList(value) && isNumber(index)) {
    const element = value[Number(index)];
    if (element === undefined) throw new CelEvaluationError(`a list of ${value.length} elements has no such index`);
    return element;
  }
  if (isMap(value) && typeof index === 'string') return readKey(value, index, 'such key');
  throw new CelEvaluationError(`cannot take an element of ${typeNameOf(value)} by ${typeNameOf(index)}`);
}

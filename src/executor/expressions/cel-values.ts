/** The type of a value as a value: what `type(x)` gives. */
export class CelType {
  constructor(readonly name: CelTypeName) {}
}

/** A value while an expression runs: JSON, whose numbers are doubles, and beside it integers and types. */
export type CelValue = null | boolean | string | number | bigint | CelType | readonly CelValue[] | CelMap;

/** Every key is data: read it with `Object.hasOwn`. */
export interface CelMap {
  readonly [key: string]: CelValue;
}

const TYPE_NAMES = ['bool', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type'] as const;
export type CelTypeName = (typeof TYPE_NAMES)[number];

/** The names of types, usable in expressions. One object per type, so that types compare by identity. */
export const TYPES: ReadonlyMap<string, CelType> = new Map(TYPE_NAMES.map((name) => [name, new CelType(name)]));

export function typeNameOf(value: CelValue): CelTypeName {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return 'double';
    case 'bigint':
      return 'int';
    case 'string':
      return 'string';
    default:
      if (value === null) return 'null_type';
      if (value instanceof CelType) return 'type';
      return Array.isArray(value) ? 'list' : 'map';
  }
}

export function isList(value: CelValue): value is readonly CelValue[] {
  return Array.isArray(value);
}

export function isMap(value: CelValue): value is CelMap {
  return typeNameOf(value) === 'map';
}

export function isNumber(value: CelValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** An expression met a value that it cannot be applied to. Messages name types and literal keys, never data. */
export class CelEvaluationError extends Error {
  override readonly name = 'CelEvaluationError';
}

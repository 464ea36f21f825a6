import { type Json, setOwn } from '../core/index.js';
import { type CelValue, CelEvaluationError, CelType, isList } from './cel-values.js';
import type { Meter } from './meter.js';

/**
 * The result of an expression as JSON. An integer becomes a number, rounded beyond 2^53; what came from the scope is
 * handed on as it is.
 *
 * @throws {CelEvaluationError} for a number that is not finite and for a type.
 */
export function toJson(value: CelValue, meter: Meter): Json {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new CelEvaluationError('the result is not a finite number');
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof CelType)
    throw new CelEvaluationError('a type is not a result: compare it, as in type(x) == string');
  // Only containers that the expression built can hold what JSON does not have, and those nest no deeper than it does.
  if (!meter.hasBuilt(value)) return value as Json;
  if (isList(value)) return value.map((element) => toJson(element, meter));
  const object: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value)) setOwn(object, key, toJson(inner, meter));
  return object;
}

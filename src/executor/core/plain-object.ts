import type { Json, JsonObject } from './json.js';

/** Sets an own property, whatever its name: a plain assignment to `__proto__` would change the prototype instead. */
export function setOwn<T>(target: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else target[key] = value;
}

/** The keys of both; where both have one, the value of `over`. */
export function overlay(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, Json> = {};
  for (const source of [base, over]) {
    for (const key of Object.keys(source)) setOwn(merged, key, source[key] as Json);
  }
  return merged;
}

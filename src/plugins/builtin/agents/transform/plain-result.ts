import { type Json, type JsonObject, isJsonObject } from '../../../../executor/core/index.js';
import { NonRetryableError } from '../../../sdk/index.js';

/**
 * What an expression yielded, as the agent's output: an object as it is, anything else as `{ value }`, nothing as null.
 *
 * @throws {NonRetryableError} if there is a function in it, as JSON has none.
 */
export function plainResult(result: unknown): JsonObject {
  if (holdsFunction(result)) throw new NonRetryableError('the expression yields a function: call it, or leave it out');
  if (isJsonObject(result)) return result;
  return { value: (result ?? null) as Json };
}

function holdsFunction(result: unknown): boolean {
  const pending = [result];
  while (pending.length > 0) {
    const part = pending.pop();
    if (typeof part === 'function') return true;
    if (typeof part !== 'object' || part === null) continue;
    // What JSONata calls a function is an object with one of these marks, which no expression can set.
    if ('_jsonata_lambda' in part || '_jsonata_function' in part) return true;
    for (const item of Object.values(part)) pending.push(item);
  }
  return false;
}

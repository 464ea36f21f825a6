import { type Json, isJsonObject } from './json.js';

/** A dotted path that cannot be split into segments. */
export class PathSyntaxError extends Error {
  override readonly name = 'PathSyntaxError';
  constructor(readonly path: string) {
    super(
      `the path ${JSON.stringify(path)} has an empty segment: write keys and array indexes with one dot between them`,
    );
  }
}

/** What a path leads to; null is a value like any other. */
export type Lookup = { readonly found: true; readonly value: Json } | { readonly found: false };

const NOT_FOUND: Lookup = { found: false };
const ARRAY_INDEX = /^(?:0|[1-9][0-9]*)$/;

/**
 * Splits a dotted path (`json.items.0.title`) into its segments; a plain key is the one-segment case. There is no
 * escape: a key that itself holds a dot cannot be reached.
 *
 * @throws {PathSyntaxError} if a segment is empty.
 */
export function parsePath(path: string): readonly string[] {
  const segments = path.split('.');
  if (segments.includes('')) throw new PathSyntaxError(path);
  return segments;
}

/**
 * Follows a path through own keys of objects and decimal indexes of arrays. Nothing inherited is ever reached, and
 * `length` is no path, so `constructor` and `__proto__` are found only where they are data.
 */
export function lookup(value: Json, segments: readonly string[]): Lookup {
  let current = value;
  for (const segment of segments) {
    const next = step(current, segment);
    if (!next.found) return NOT_FOUND;
    current = next.value;
  }
  return { found: true, value: current };
}

function step(value: Json, segment: string): Lookup {
  if (Array.isArray(value)) {
    const elements: readonly Json[] = value;
    const element = ARRAY_INDEX.test(segment) ? elements[Number(segment)] : undefined;
    return element === undefined ? NOT_FOUND : { found: true, value: element };
  }
  return isJsonObject(value) && Object.hasOwn(value, segment)
    ? { found: true, value: value[segment] as Json }
    : NOT_FOUND;
}

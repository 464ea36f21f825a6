import type { Json } from './json.js';
import { beginningOf } from './storable-text.js';

/** Characters of JSON that a shown value may have. */
const MAX_SHOWN = 500;

/** The value, or the beginning of its JSON text when it is too long to be read in an explanation. */
export function clipped(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length <= MAX_SHOWN ? value : `${beginningOf(text, MAX_SHOWN)} …`;
}

import { closest, distance } from 'fastest-levenshtein';

/** Edits that a misspelling may have, per character of the longer name. */
const MAX_EDIT_RATIO = 0.4;

/** The candidate that `word` most probably is a misspelling of; undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0 || word.length > 200) return undefined;
  const found = closest(word, candidates);
  return distance(word, found) <= Math.max(1, Math.max(word.length, found.length) * MAX_EDIT_RATIO) ? found : undefined;
}

/** `; did you mean "x"?` to end a message with, or nothing. */
export function didYouMean(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
}

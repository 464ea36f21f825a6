/**
 * Whether `text` has at most `max` characters, counted as JSON Schema counts them: by code point, so that an emoji is one and not
 * the two UTF-16 units of a JavaScript string.
 */
export function hasAtMostCharacters(text: string, max: number): boolean {
  if (text.length <= max) return true;
  return text.length <= 2 * max && [...text].length <= max;
}

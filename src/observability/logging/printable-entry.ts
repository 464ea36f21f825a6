/** C0 and C1 controls, line and paragraph separators, and the characters that reorder text. */
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * An entry of the log as it may be shown on a terminal: nothing in it can begin a line that looks like another entry, move
 * the cursor or hide text. Stacks keep their lines, which are shown indented.
 */
export function printableEntry(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return name === 'stack' ? value.split('\n').map(escaped).join('\n') : escaped(value);
  if (Array.isArray(value)) return value.map((item) => printableEntry(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [escaped(key), printableEntry(item, key)]));
}

function escaped(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

import { type Json, isJsonObject } from '../../executor/core/index.js';

const LONGEST_STRING = 400;
const LONGEST_LIST = 50;

/** `value` for people: long strings and lists are cut, and say how much is missing. */
export function clip(value: Json): Json {
  if (typeof value === 'string') return clipText(value, LONGEST_STRING);
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    const shown = items.slice(0, LONGEST_LIST).map(clip);
    return items.length > LONGEST_LIST ? [...shown, `… ${items.length - LONGEST_LIST} more`] : shown;
  }
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, clip(entry)]));
  return value;
}

/** The first `longest` characters of `text`, never half a surrogate pair. */
export function clipText(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const shown = text.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
  return `${shown}… (${text.length - shown.length} more characters)`;
}

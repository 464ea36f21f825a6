import { type Json, isJsonObject } from './json.js';

/** Stands for what no database stores as it is. */
const REPLACEMENT = '\ufffd';

/** What `JSON.stringify` writes for U+0000 and for half a surrogate pair; whole pairs stand unescaped. */
const ESCAPED = /\\u(?:0000|d[89a-f])/;
/** The same, or a backslash that is itself escaped: it is passed over, as what follows it is no escape. */
const EACH_ESCAPED = /\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g;
const ESCAPED_BACKSLASH = '\\\\';

/** A text that not every database can store, and where it is. */
export interface TextFault {
  /** Keys and indexes that lead to the text, or to the value whose key it is; empty for the value itself. */
  readonly path: readonly (string | number)[];
  /** As it stands in a sentence: "it holds …". */
  readonly holds: string;
}

/**
 * Whether every database stores `text` as it is: Unicode without U+0000, which PostgreSQL refuses, and without half a surrogate
 * pair, which UTF-8 cannot write and drivers silently make another character of.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** `text` with U+FFFD in place of what {@link isStorable} objects to. */
export function storableText(text: string): string {
  return isStorable(text) ? text : text.toWellFormed().replaceAll('\0', REPLACEMENT);
}

/** The first `longest` characters of `text`, never half a surrogate pair. */
export function beginningOf(text: string, longest: number): string {
  return text.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
}

/**
 * `value` with {@link storableText} for each of its texts and keys.
 *
 * @param text What `JSON.stringify` makes of it, for who has it already.
 */
export function storableJson<Value extends Json>(value: Value, text = JSON.stringify(value)): Value {
  if (!ESCAPED.test(text)) return value;
  const cleaned = text.replace(EACH_ESCAPED, (match) => (match === ESCAPED_BACKSLASH ? match : REPLACEMENT));
  return JSON.parse(cleaned) as Value;
}

/**
 * The first of the texts and keys of `value` that {@link isStorable} objects to.
 *
 * @param text What `JSON.stringify` makes of it: hardly ever has it to be searched for more than one substring.
 */
export function textFaultIn(value: Json, text: string): TextFault | undefined {
  return ESCAPED.test(text) ? faultAt(value, []) : undefined;
}

function faultAt(value: Json, path: readonly (string | number)[]): TextFault | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : { path, holds: fault(value) };
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = isJsonObject(value) ? Object.entries(value) : value.entries();
  for (const [key, entry] of entries) {
    if (typeof key === 'string' && !isStorable(key)) return { path, holds: `a key with ${fault(key)}` };
    const found = faultAt(entry, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fault(text: string): string {
  return text.includes('\0') ? 'the character U+0000' : 'half of a surrogate pair';
}

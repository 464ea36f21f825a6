import type { ConfigKey } from './schema/schema.js';

/** What a key takes and what it is when nobody says, in sentences; `quote` marks what is to be typed. */
export function factsOf(key: ConfigKey, quote: (text: string) => string = (text) => text): string {
  const fallback =
    key.defaultValue === undefined ? 'Not set by default' : `Default: ${quote(envText(key.defaultValue))}`;
  return [
    `Takes ${key.takes}.`,
    `${fallback}${key.defaultNote === undefined ? '' : `; ${key.defaultNote}`}.`,
    ...(key.reloadable ? ['Reloadable.'] : []),
    ...(key.secret ? ['Secret.'] : []),
  ].join(' ');
}

/** A value as it stands in a `.env` file. */
export function envText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return JSON.stringify(value);
  return /[\s#"']/.test(value) ? JSON.stringify(value) : value;
}

import type { AppConfig } from './app.config.js';
import { MASK } from './schema/mask.js';
import { CONFIG_KEYS, valueOf } from './schema/schema.js';

const SHOWN_CHARACTERS = 100;
const USERINFO = /(:\/\/)\S*@/g;

/** Every key by its variable's name, secrets masked, unset keys null. */
export function maskedConfig(config: AppConfig): Record<string, unknown> {
  return Object.fromEntries(CONFIG_KEYS.map((key) => [key.env, maskValue(valueOf(config, key), key.secret)]));
}

/** A value fit to be shown in a fault: quoted, shortened, without passwords. */
export function quoteForFault(text: string, secret: boolean): string {
  if (secret) return MASK;
  const safe = hideUserinfo(text);
  return JSON.stringify(safe.length > SHOWN_CHARACTERS ? `${safe.slice(0, SHOWN_CHARACTERS)}…` : safe);
}

function maskValue(value: unknown, secret: boolean): unknown {
  if (value === undefined) return null;
  if (secret && !isEmptyList(value)) return MASK;
  return typeof value === 'string' ? hideUserinfo(value) : value;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function hideUserinfo(text: string): string {
  return text.replace(USERINFO, `$1${MASK}@`);
}

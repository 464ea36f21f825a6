import type { AppConfig } from './app.config.js';
import { MASK } from './schema/mask.js';
import { CONFIG_KEYS, type ConfigKey, valueOf } from './schema/schema.js';

const SHOWN_CHARACTERS = 100;
const USERINFO = /(:\/\/)\S*@/g;

/** Every key by its variable's name, secrets masked, unset keys null. */
export function maskedConfig(config: AppConfig): Record<string, unknown> {
  return Object.fromEntries(CONFIG_KEYS.map((key) => [key.env, maskValue(valueOf(config, key), key.secret)]));
}

/** The value of one key in a sentence: without secrets, shortened. */
export function shownValue(config: AppConfig, key: ConfigKey): string {
  const value = maskValue(valueOf(config, key), key.secret);
  return value === null ? 'nothing' : shorten(typeof value === 'string' ? value : JSON.stringify(value));
}

/** A value fit to be shown in a fault: quoted, shortened, without passwords. */
export function quoteForFault(text: string, secret: boolean): string {
  return secret ? MASK : JSON.stringify(shorten(hideUserinfo(text)));
}

function maskValue(value: unknown, secret: boolean): unknown {
  if (value === undefined) return null;
  if (secret && !isEmptyList(value)) return MASK;
  return typeof value === 'string' ? hideUserinfo(value) : value;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function hideUserinfo(text: string): string {
  return text.replace(USERINFO, `$1${MASK}@`);
}

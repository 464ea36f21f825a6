import type { AppConfig } from './app.config.js';
import { CONFIG_KEYS, type ConfigKey, holderOf, valueOf } from './schema/schema.js';

/** Makes every field read-only; `setValue` can still change the reloadable ones. */
export function sealConfig(config: AppConfig): AppConfig {
  for (const key of CONFIG_KEYS) Object.freeze(valueOf(config, key));
  for (const holder of new Set([config, ...CONFIG_KEYS.map((key) => holderOf(config, key))])) seal(holder);
  for (const key of CONFIG_KEYS) if (!key.reloadable) makeFinal(holderOf(config, key), key.field);
  return config;
}

/** Puts the value of a reloadable key into `config`, which readers hold. */
export function setValue(config: AppConfig, key: Pick<ConfigKey, 'section' | 'field'>, value: unknown): void {
  Object.defineProperty(holderOf(config, key), key.field, { value });
}

function seal(holder: object): void {
  Object.preventExtensions(holder);
  // Still configurable: what is not writable may then be given another value, but by no assignment.
  for (const field of Object.keys(holder)) Object.defineProperty(holder, field, { writable: false });
}

function makeFinal(holder: object, field: string): void {
  Object.defineProperty(holder, field, { configurable: false });
}

import type { z } from 'zod';
import { AppConfig } from './app.config.js';
import { ConfigError, type ConfigFault } from './config.errors.js';
import { crossFaults } from './cross-rules.js';
import { quoteForFault } from './masking.js';
import { CONFIG_KEYS, type ConfigKey, SECTION_PREFIXES, holderOf, valueOf } from './schema/schema.js';

/** Names and values of environment variables. */
export type EnvironmentRecord = Readonly<Record<string, string | undefined>>;

/** A configuration and the names that look like keys of it but are none. */
export interface MappedEnvironment {
  readonly config: AppConfig;
  readonly unknownKeys: readonly string[];
}

interface RawValue {
  readonly key: ConfigKey;
  readonly text: string;
}

/**
 * Turns environment variables into the configuration: pure, reads nothing else. An empty value counts as not set.
 *
 * @throws {ConfigError} with every fault.
 */
export function mapEnvironment(env: EnvironmentRecord): MappedEnvironment {
  const config = new AppConfig();
  const raw = readKeys(env);
  const faults = assign(config, raw);
  const faulty = new Set(faults.map((fault) => fault.key));
  faults.push(...crossFaults(config).filter((fault) => !fault.readsKeys.some((key) => faulty.has(key))));
  if (faults.length > 0) throw new ConfigError(inSchemaOrder(faults));
  return { config: freeze(config), unknownKeys: findUnknownKeys(env) };
}

function readKeys(env: EnvironmentRecord): RawValue[] {
  return CONFIG_KEYS.flatMap((key) => {
    const text = env[key.env]?.trim() ?? '';
    return text === '' ? [] : [{ key, text }];
  });
}

/** Writes what the keys take into `config` and returns a fault for the rest. */
function assign(config: AppConfig, raw: readonly RawValue[]): ConfigFault[] {
  return raw.flatMap(({ key, text }) => {
    const parsed = key.parse(text);
    if (!parsed.ok) return [faultOf(key, text)];
    const { error } = key.schema.safeParse(parsed.value, { reportInput: true });
    if (error !== undefined) return faultsOf(key, text, error);
    Object.assign(holderOf(config, key), { [key.field]: parsed.value });
    return [];
  });
}

function faultsOf(key: ConfigKey, text: string, error: z.ZodError): ConfigFault[] {
  return key.explain?.(error).map((fault) => ({ key: key.env, ...fault })) ?? [faultOf(key, text)];
}

function faultOf(key: ConfigKey, text: string): ConfigFault {
  return { key: key.env, got: quoteForFault(text, key.secret), takes: key.takes };
}

function inSchemaOrder(faults: readonly ConfigFault[]): ConfigFault[] {
  const order = new Map(CONFIG_KEYS.map((key, index) => [key.env, index]));
  const rank = (fault: ConfigFault): number => order.get(fault.key) ?? order.size;
  return faults.map(({ key, got, takes }) => ({ key, got, takes })).sort((left, right) => rank(left) - rank(right));
}

function findUnknownKeys(env: EnvironmentRecord): string[] {
  const known = new Set(CONFIG_KEYS.map((key) => key.env));
  return Object.keys(env)
    .filter((name) => !known.has(name) && SECTION_PREFIXES.some((prefix) => name.toUpperCase().startsWith(prefix)))
    .sort();
}

function freeze(config: AppConfig): AppConfig {
  for (const key of CONFIG_KEYS) Object.freeze(valueOf(config, key));
  for (const key of CONFIG_KEYS) Object.freeze(holderOf(config, key));
  return config;
}

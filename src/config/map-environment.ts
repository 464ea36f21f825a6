import type { z } from 'zod';
import { AppConfig } from './app.config.js';
import { ConfigError, type ConfigFault } from './config.errors.js';
import { crossFaults } from './cross-rules.js';
import { quoteForFault } from './masking.js';
import { CONFIG_KEYS, type ConfigKey, holderOf, valueOf } from './schema/schema.js';
import { sealConfig } from './seal-config.js';
import {
  type EnvironmentRecord,
  type Variable,
  type Variables,
  mountVariable,
  mountedKey,
  unknownNames,
  variablesOf,
  winsOver,
} from './variables.js';

/** A configuration and the names that look like keys of it but are none. */
export interface MappedEnvironment {
  readonly config: AppConfig;
  readonly unknownKeys: readonly string[];
}

/**
 * Turns the variables of one source into the configuration: pure, reads nothing else. An empty value counts as not set.
 *
 * @throws {ConfigError} with every fault.
 */
export function mapEnvironment(env: EnvironmentRecord): MappedEnvironment {
  const variables = variablesOf(env);
  return { config: mapVariables(variables), unknownKeys: unknownNames(variables) };
}

/**
 * Turns variables into the configuration: pure, reads nothing else.
 *
 * @param unreadable Faults of variables that could not be read.
 * @throws {ConfigError} with every fault, `unreadable` among them.
 */
export function mapVariables(variables: Variables, unreadable: readonly ConfigFault[] = []): AppConfig {
  const config = new AppConfig();
  const faults = [...unreadable, ...assign(config, variables)];
  const faulty = new Set(faults.flatMap(({ key, readsKeys = [key] }) => readsKeys));
  faults.push(...crossFaults(config).filter((fault) => !fault.readsKeys.some((key) => faulty.has(key))));
  if (faults.length > 0) throw new ConfigError(inSchemaOrder(faults));
  return sealConfig(config);
}

/** Writes what the keys take into `config` and returns a fault for the rest. */
function assign(config: AppConfig, variables: Variables): ConfigFault[] {
  const faults = CONFIG_KEYS.flatMap((key) => {
    const variable = variables.get(key.env);
    if (variable === undefined) return [];
    const parsed = key.parse(variable.text.trim());
    if (!parsed.ok) return [faultOf(key, variable)];
    const { error } = key.schema.safeParse(parsed.value, { reportInput: true });
    if (error !== undefined) return faultsOf(key, variable, error);
    Object.assign(holderOf(config, key), { [key.field]: parsed.value });
    return [];
  });
  Object.assign(config.logging, { effectiveLevel: effectiveLevel(config, variables) });
  return faults;
}

/** Whichever of the two was said later in the order of sources wins; DEBUG where both were said in one. */
function effectiveLevel({ debug, logging }: AppConfig, variables: Variables): AppConfig['logging']['effectiveLevel'] {
  const isOverruled = winsOver(variables.get('LOGGING__LEVEL'), variables.get('DEBUG'));
  return debug && !isOverruled ? 'DEBUG' : logging.level;
}

function faultsOf(key: ConfigKey, variable: Variable, error: z.ZodError): ConfigFault[] {
  // What a mounted file holds is not shown: it may be the wrong file.
  if (variable.isMounted) return [faultOf(key, variable)];
  return key.explain?.(error).map((fault) => ({ key: key.env, ...fault })) ?? [faultOf(key, variable)];
}

function faultOf(key: ConfigKey, { text, isMounted }: Variable): ConfigFault {
  const got = isMounted ? `what ${mountVariable(key.env)} holds` : quoteForFault(text.trim(), key.secret);
  return { key: key.env, got, takes: key.takes };
}

function inSchemaOrder(faults: readonly ConfigFault[]): ConfigFault[] {
  const order = new Map(CONFIG_KEYS.map((key, index) => [key.env, index]));
  const rank = ({ key }: ConfigFault): number => order.get(mountedKey(key) ?? key) ?? order.size;
  return [...faults].sort((left, right) => rank(left) - rank(right));
}

/** Whether the value of a key differs between two configurations. */
export function differs(key: ConfigKey, left: AppConfig, right: AppConfig): boolean {
  return JSON.stringify(valueOf(left, key)) !== JSON.stringify(valueOf(right, key));
}

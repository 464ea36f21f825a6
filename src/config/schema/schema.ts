import { AppConfig } from '../app.config.js';
import { type KeySpec, keysOf } from './key-spec.js';

const SECTION_FIELDS = [
  'database',
  'security',
  'execution',
  'queue',
  'limits',
  'logging',
  'monitoring',
  'cache',
  'plugins',
] as const satisfies readonly (keyof AppConfig)[];
type SectionField = (typeof SECTION_FIELDS)[number];

/** A key together with the section it stands in; `section` is absent for the keys without a prefix. */
export interface ConfigKey extends KeySpec {
  /** The whole name of the variable, such as `EXECUTION__MAX_RETRIES`. */
  readonly env: string;
  readonly section?: SectionField;
  readonly defaultValue: unknown;
}

/** `DATABASE__` and the like: variables that begin with one of these are ours. */
export const SECTION_PREFIXES: readonly string[] = SECTION_FIELDS.map(prefixOf);

/** Every key, in the order in which it is documented and its faults are listed. */
export const CONFIG_KEYS: readonly ConfigKey[] = listKeys();

const KEYS_BY_ENV: ReadonlyMap<string, ConfigKey> = new Map(CONFIG_KEYS.map((key) => [key.env, key]));

/** The key of that name. */
export function findKey(env: string): ConfigKey | undefined {
  return KEYS_BY_ENV.get(env);
}

/** The object of `config` in which `key` stands. */
export function holderOf(config: AppConfig, key: Pick<ConfigKey, 'section'>): object {
  return key.section === undefined ? config : config[key.section];
}

/** The value of `key` in `config`. */
export function valueOf(config: AppConfig, key: Pick<ConfigKey, 'section' | 'field'>): unknown {
  return (holderOf(config, key) as Record<string, unknown>)[key.field];
}

function listKeys(): ConfigKey[] {
  const defaults = new AppConfig();
  const groups: (SectionField | undefined)[] = [undefined, ...SECTION_FIELDS];
  return groups.flatMap((section) => {
    const holder = holderOf(defaults, { section });
    return keysOf(holder.constructor as new () => object).map((spec) => ({
      ...spec,
      env: `${section === undefined ? '' : prefixOf(section)}${spec.name}`,
      section,
      defaultValue: (holder as Record<string, unknown>)[spec.field],
    }));
  });
}

function prefixOf(section: SectionField): string {
  return `${section.toUpperCase()}__`;
}

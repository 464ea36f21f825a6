import { Injectable, Logger } from '@nestjs/common';
import type { AppConfig } from './app.config.js';
import { LoadedConfig, allowedEnvOf } from './load-config.js';
import { differs, mapVariables } from './map-environment.js';
import { shownValue } from './masking.js';
import { readVariables } from './read-variables.js';
import { CONFIG_KEYS, type ConfigKey, valueOf } from './schema/schema.js';
import { setValue } from './seal-config.js';
import { LOG_LEVELS } from './sections/logging.config.js';
import type { Variable, Variables } from './variables.js';
import { configWarnings } from './warnings.js';

const RELOADABLE = CONFIG_KEYS.filter((key) => key.reloadable);
const FINAL = CONFIG_KEYS.filter((key) => !key.reloadable);

/**
 * Changes the reloadable keys of the `AppConfig` that everybody holds, in place. A change is checked as a whole first: either
 * all of it holds from then on, or nothing. What is overridden wins over all sources until it is taken back; nothing of it is
 * stored, so it is gone with the process.
 */
@Injectable()
export class LiveConfig {
  private readonly logger = new Logger('Configuration');
  private readonly config: AppConfig;
  /** What the sources said last, but of keys that need a restart: what they said at the start. */
  private said: Variables;
  /** What was overridden, by the name of the key. */
  private overrides: Variables = new Map();
  private currentWarnings: readonly string[];
  private readonly listeners: (() => void)[] = [];
  private readonly overrideListeners: ((texts: ReadonlyMap<string, string | null>) => void)[] = [];

  constructor(private readonly loaded: LoadedConfig) {
    this.config = loaded.config;
    this.said = loaded.variables;
    this.currentWarnings = loaded.warnings;
  }

  /** What the configuration in use was made from. Secret. */
  get variables(): Variables {
    return new Map([...this.said, ...this.overrides]);
  }

  /** One sentence each, about the configuration in use. */
  get warnings(): readonly string[] {
    return this.currentWarnings;
  }

  /** Calls `listener` after each change, for whoever must do something about it; most only read the new value. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Calls `listener` with each override that was asked of this process, for whoever has others do the same. */
  onOverride(listener: (texts: ReadonlyMap<string, string | null>) => void): void {
    this.overrideListeners.push(listener);
  }

  /**
   * Overrides reloadable keys by the texts that an environment variable would have; null takes an override back.
   *
   * @throws {ConfigError} with every fault; nothing has changed then.
   */
  override(texts: ReadonlyMap<string, string | null>): void {
    this.mirror(texts);
    for (const listener of this.overrideListeners) listener(texts);
  }

  /** As `override`, of what was asked of another process. @throws {ConfigError} */
  mirror(texts: ReadonlyMap<string, string | null>): void {
    const overrides = new Map(this.overrides);
    for (const [key, text] of texts) {
      if (text === null) overrides.delete(key);
      else overrides.set(key, { text, layer: 'runtime', isMounted: false });
    }
    this.apply(this.said, overrides);
  }

  /**
   * Reads all sources again, and says in the log what only a restart would change.
   *
   * @throws {ConfigError} with every fault; nothing has changed then.
   */
  reload(): void {
    const { source, config } = this.loaded;
    const { variables, faults } = readVariables(source, config.environment);
    const wanted = mapVariables(variables, faults);
    const said = new Map(variables);
    for (const { env } of FINAL) keepAsSaid(said, env, this.loaded.variables.get(env));
    this.apply(said, this.overrides);
    this.tellWhatWaits(wanted, variables);
  }

  private apply(said: Variables, overrides: Variables): void {
    const variables = new Map([...said, ...overrides]);
    const next = mapVariables(variables);
    const changes = RELOADABLE.filter((key) => differs(key, this.config, next)).map((key) => ({
      line: `${key.env} changed from ${shownValue(this.config, key)} to ${shownValue(next, key)}`,
      key,
    }));
    const levelBefore = this.config.logging.effectiveLevel;
    for (const { key } of changes) setValue(this.config, key, valueOf(next, key));
    setValue(this.config, EFFECTIVE_LEVEL, next.logging.effectiveLevel);
    this.said = said;
    this.overrides = overrides;
    this.currentWarnings = configWarnings(this.config, variables);
    const tell = (): void => changes.forEach(({ line }) => this.logger.log(line));
    // A change to a level that is told less must be told while it still can be.
    const isQuieter = LOG_LEVELS.indexOf(next.logging.effectiveLevel) > LOG_LEVELS.indexOf(levelBefore);
    if (isQuieter) tell();
    for (const listener of this.listeners) listener();
    if (!isQuieter) tell();
  }

  private tellWhatWaits(wanted: AppConfig, variables: Variables): void {
    const { config, allowedEnv } = this.loaded;
    for (const key of FINAL.filter((final) => differs(final, config, wanted))) {
      const values = `${shownValue(wanted, key)} instead of ${shownValue(config, key)}`;
      this.logger.warn(`${key.env} would be ${values}: that needs a restart`);
    }
    for (const [name, value] of Object.entries(allowedEnvOf(config, variables))) {
      if (allowedEnv[name] !== value)
        this.logger.warn(`${name}, which templates may read, changed: that needs a restart`);
    }
  }
}

const EFFECTIVE_LEVEL: Pick<ConfigKey, 'section' | 'field'> = { section: 'logging', field: 'effectiveLevel' };

function keepAsSaid(said: Map<string, Variable>, name: string, variable: Variable | undefined): void {
  if (variable === undefined) said.delete(name);
  else said.set(name, variable);
}

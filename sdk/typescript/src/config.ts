import type { ApiCalls } from './api-calls.js';
import { changeConfig, getConfig, validateConfig } from './generated/sdk.gen.js';
import type { ConfigPatch, ConfigValidation, ConfigView } from './generated/types.gen.js';
import type { CallOptions } from './options.js';

/** The configuration of the process that answers. */
export class Config {
  readonly #calls: ApiCalls;

  constructor(calls: ApiCalls) {
    this.#calls = calls;
  }

  /** Every key with its value and where that comes from, secrets masked. */
  async get(options?: CallOptions): Promise<ConfigView> {
    return (await getConfig(this.#calls.repeatable(options))).data;
  }

  /** Whether the service would start with the configuration as it stands now. */
  async validate(options?: CallOptions): Promise<ConfigValidation> {
    return (await validateConfig(this.#calls.repeatable(options))).data;
  }

  /** Sets reloadable keys until the process ends, all of them or none; null takes a change back. In development alone. */
  async change(patch: ConfigPatch, options?: CallOptions): Promise<ConfigView> {
    return (await changeConfig({ ...this.#calls.repeatable(options), body: patch })).data;
  }
}

import { Injectable } from '@nestjs/common';
import type { JsonObject } from '../executor/core/index.js';
import { ProblemError } from '../http/problem/index.js';
import { AppConfig } from './app.config.js';
import { patchProblem, readPatch } from './config-patch.js';
import { ConfigError, faultLine } from './config.errors.js';
import { viewOf } from './config-view.js';
import type { ConfigValidationAnswer } from './dto/config-validation.schema.js';
import type { ConfigViewAnswer } from './dto/config-view.schema.js';
import { LiveConfig } from './live-config.js';
import { LoadedConfig, loadConfig } from './load-config.js';
import { SecretRegistry } from './secrets/secret-registry.js';

/** What operators may see and change of the configuration. */
@Injectable()
export class ConfigInspector {
  constructor(
    private readonly config: AppConfig,
    private readonly loaded: LoadedConfig,
    private readonly live: LiveConfig,
    private readonly secrets: SecretRegistry,
  ) {}

  /** The configuration that this process runs with, secrets masked. */
  view(): ConfigViewAnswer {
    const { config, live } = this;
    const view = viewOf({ config, variables: live.variables, warnings: this.scrubbed(live.warnings) });
    return { ...view, values: this.secrets.object(view.values as JsonObject) };
  }

  /** Whether the next start would succeed: reads the files again, changes nothing. */
  validate(): ConfigValidationAnswer {
    try {
      return { valid: true, errors: [], warnings: this.scrubbed(loadConfig(this.loaded.source).warnings) };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return { valid: false, errors: this.scrubbed(error.faults.map(faultLine)), warnings: [] };
    }
  }

  /**
   * Overrides reloadable keys until the process ends.
   *
   * @throws {ProblemError} `forbidden` outside of development, `config-invalid` if anything of it cannot be.
   */
  change(body: unknown): ConfigViewAnswer {
    const { environment } = this.config;
    if (environment !== 'development') {
      const detail = `the configuration can be changed while the service runs in development only, and this is ${environment}`;
      throw new ProblemError('forbidden', `${detail}: change it where it is set and restart`);
    }
    const patch = readPatch(body);
    try {
      this.live.override(patch);
    } catch (error) {
      throw error instanceof ConfigError ? patchProblem(error, patch) : error;
    }
    return this.view();
  }

  private scrubbed(lines: readonly string[]): string[] {
    return lines.map((line) => this.secrets.text(line));
  }
}

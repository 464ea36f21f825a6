import { Injectable } from '@nestjs/common';
import type { JsonObject } from '../executor/core/index.js';
import { ConfigError, faultLine } from './config.errors.js';
import type { ConfigValidationDto } from './dto/config-validation.dto.js';
import type { ConfigViewDto } from './dto/config-view.dto.js';
import { LoadedConfig, loadConfig } from './load-config.js';
import { maskedConfig } from './masking.js';
import { SecretRegistry } from './secrets/secret-registry.js';

/** What operators may see of the configuration. */
@Injectable()
export class ConfigInspector {
  constructor(
    private readonly loaded: LoadedConfig,
    private readonly secrets: SecretRegistry,
  ) {}

  /** The configuration that this process runs with, secrets masked. */
  view(): ConfigViewDto {
    const { config, warnings } = this.loaded;
    const values = this.secrets.object(maskedConfig(config) as JsonObject);
    return { environment: config.environment, values, warnings: this.scrubbed(warnings) };
  }

  /** Whether the next start would succeed: reads the files again, changes nothing. */
  validate(): ConfigValidationDto {
    try {
      return { valid: true, errors: [], warnings: this.scrubbed(loadConfig(this.loaded.source).warnings) };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return { valid: false, errors: this.scrubbed(error.faults.map(faultLine)), warnings: [] };
    }
  }

  private scrubbed(lines: readonly string[]): string[] {
    return lines.map((line) => this.secrets.text(line));
  }
}

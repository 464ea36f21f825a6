import { Injectable } from '@nestjs/common';
import { ConfigError, faultLine } from './config.errors.js';
import type { ConfigValidationDto } from './dto/config-validation.dto.js';
import type { ConfigViewDto } from './dto/config-view.dto.js';
import { LoadedConfig, loadConfig } from './load-config.js';
import { maskedConfig } from './masking.js';

/** What operators may see of the configuration. */
@Injectable()
export class ConfigInspector {
  constructor(private readonly loaded: LoadedConfig) {}

  /** The configuration that this process runs with, secrets masked. */
  view(): ConfigViewDto {
    const { config, warnings } = this.loaded;
    return { environment: config.environment, values: maskedConfig(config), warnings };
  }

  /** Whether the next start would succeed: reads the files again, changes nothing. */
  validate(): ConfigValidationDto {
    try {
      return { valid: true, errors: [], warnings: loadConfig(this.loaded.source).warnings };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return { valid: false, errors: error.faults.map(faultLine), warnings: [] };
    }
  }
}

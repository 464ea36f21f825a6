import type { LevelWithSilent } from 'pino';
import type { AppConfig, LogLevel } from '../../config/index.js';

const PINO_LEVELS = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'fatal',
} as const satisfies Record<LogLevel, LevelWithSilent>;

/** The least level that is logged, in pino's words. */
export function pinoLevel(config: Pick<AppConfig, 'debug' | 'logging'>): (typeof PINO_LEVELS)[LogLevel] {
  return config.debug ? 'debug' : PINO_LEVELS[config.logging.level];
}

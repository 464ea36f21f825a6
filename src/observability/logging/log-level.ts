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
export function pinoLevel({ logging }: Pick<AppConfig, 'logging'>): (typeof PINO_LEVELS)[LogLevel] {
  return PINO_LEVELS[logging.effectiveLevel];
}

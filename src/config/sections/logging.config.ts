import { ChoiceKey, FlagKey, IntegerKey, TextKey } from '../schema/keys.js';

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `LOGGING__…` */
export class LoggingConfig {
  @ChoiceKey('LEVEL', LOG_LEVELS, {
    description:
      'The least level that is logged. DEBUG=true lowers it to DEBUG, unless this is set in a source that wins over the one of DEBUG.',
    defaultNote: 'ERROR in testing',
    reloadable: true,
  })
  readonly level: LogLevel = 'INFO';

  /** The level that `LEVEL` and `DEBUG` come to: what is logged. */
  readonly effectiveLevel: LogLevel = 'INFO';

  @FlagKey('JSON_FORMAT', {
    description: 'One JSON object per line instead of text for people.',
    defaultNote: 'true in staging and production',
  })
  readonly jsonFormat: boolean = false;

  @TextKey('FILE_PATH', {
    maxLength: 4096,
    takes: 'a path of at most 4096 characters',
    description: 'Also log to this file, as JSON; a running number is put into its name.',
  })
  readonly filePath?: string = undefined;

  @IntegerKey('MAX_FILE_SIZE_MB', {
    min: 1,
    max: 10_240,
    unit: 'megabytes',
    description: 'A log file of this size is closed and the next one begun.',
  })
  readonly maxFileSizeMb: number = 100;

  @IntegerKey('BACKUP_COUNT', { min: 1, max: 1000, description: 'Closed log files that are kept.' })
  readonly backupCount: number = 5;
}

import { isAbsolute, resolve } from 'node:path';
import { storageOptions } from '../../app.module.js';
import { backUp } from '../../storage/backup/index.js';
import { type SchemaState, databaseStatus, migrateDatabase } from '../../storage/maintenance/index.js';
import type { CliContext } from '../cli-context.js';
import { loadDatabaseConfig, withoutSecrets } from '../db/database-config.js';
import { migrationText, statusText } from '../db/status-text.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { shownPath } from '../output/shown-path.js';

const MEGABYTE = 1_000_000;

const STATUS_EXITS: Readonly<Record<SchemaState, ExitCode>> = {
  current: EXIT.OK,
  pending: EXIT.MIGRATIONS_PENDING,
  missing: EXIT.MIGRATIONS_PENDING,
  newer: EXIT.UNUSABLE,
  incomplete: EXIT.UNUSABLE,
};

interface OutputFlags {
  readonly json?: true;
}

/** Copies the database and says what was copied. @throws {ConfigError | BackUpError | DatabaseOpenError | DatabaseUrlError} */
export function backUpDatabase(file: string, context: CliContext): ExitCode {
  const { cwd, stdout } = context;
  const { config } = loadDatabaseConfig(context);
  const to = isAbsolute(file) ? file : resolve(cwd, file);
  const { bytes, runs } = backUp({ url: config.database.url, to });
  const size = (bytes / MEGABYTE).toFixed(1);
  stdout.write(`wrote ${shownPath(to, cwd)}: ${size} MB, ${runs} ${runs === 1 ? 'run' : 'runs'}, checked\n`);
  return EXIT.OK;
}

/** Says how the database is. @throws {ConfigError | DatabaseOpenError | DatabaseUrlError | JournalUnavailableError} */
export async function showStatus({ json }: OutputFlags, context: CliContext): Promise<ExitCode> {
  const { config, secrets } = loadDatabaseConfig(context);
  const { url, connectionTimeout } = config.database;
  const status = await withoutSecrets(secrets, () => databaseStatus({ url, connectionTimeoutSec: connectionTimeout }));
  context.stdout.write(json === true ? `${JSON.stringify(status, null, 2)}\n` : statusText(status));
  return STATUS_EXITS[status.schema.state];
}

/**
 * Applies pending migrations and says which.
 *
 * @throws {ConfigError | DatabaseOpenError | DatabaseUrlError | DatabaseTooNewError | MigrationBlockedError}
 */
export async function migrateSchema({ json }: OutputFlags, context: CliContext): Promise<ExitCode> {
  const { config, secrets } = loadDatabaseConfig(context);
  const report = await withoutSecrets(secrets, () => migrateDatabase(storageOptions(config)));
  context.stdout.write(json === true ? `${JSON.stringify(report, null, 2)}\n` : migrationText(report));
  return EXIT.OK;
}

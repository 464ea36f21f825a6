import type { StorageAdapters } from '../storage-adapters.js';
import type { StorageDataSource } from '../storage-data-source.js';
import type { StorageOptions } from '../storage-options.js';
import { IDLE_TRANSACTION_SEC } from '../idle-transaction.js';
import { journalAdapters } from './journal-adapters.js';
import { ServerFleetMemberRepository } from './members/server-fleet-member.repository.js';
import { MysqlDatabase } from './mysql/mysql-database.js';
import { PostgresDatabase } from './postgres/postgres-database.js';
import { repositoryAdapters } from './repository-adapters.js';
import { ServerFleetRunsRepository } from './server-fleet-runs.repository.js';
import { ServerSharedSecretRepository } from './server-shared-secret.repository.js';
import type { ServerDatabase } from './server-database.js';

/** No statement is given up sooner: a server needs some time for each. */
const MIN_TIMEOUT_MS = 1_000;

/** Every port on the database of one server. */
export function serverAdapters(dataSource: StorageDataSource, options: StorageOptions): StorageAdapters {
  const database = serverDatabase(dataSource, options);
  return {
    ...journalAdapters(database),
    ...repositoryAdapters(database),
    members: new ServerFleetMemberRepository(database),
    fleetRuns: new ServerFleetRunsRepository(database),
    sharedSecrets: new ServerSharedSecretRepository(database),
  };
}

/** The connections of an open data source. */
export function serverDatabase(
  dataSource: StorageDataSource,
  options: StorageOptions,
  idleTransactionSec = IDLE_TRANSACTION_SEC,
): ServerDatabase {
  const { echoSql, connectionTimeoutSec } = options;
  const timeoutMs = Math.max(MIN_TIMEOUT_MS, connectionTimeoutSec * 1_000);
  const settings = { echoSql, timeoutMs, idleTransactionSec };
  return dataSource.options.type === 'postgres'
    ? new PostgresDatabase(dataSource, settings)
    : new MysqlDatabase(dataSource, settings);
}

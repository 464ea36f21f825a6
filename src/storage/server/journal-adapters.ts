import { MysqlJournalStore } from '../journal/mysql-journal-store.js';
import { PostgresJournalStore } from '../journal/postgres-journal-store.js';
import { ServerJournal } from '../journal/server-journal.js';
import { ServerLeaseRepository } from '../repositories/server-lease.repository.js';
import type { StorageAdapters } from '../storage-adapters.js';
import { ServerCommitWriter } from '../writer/server-commit-writer.js';
import { PostgresDatabase } from './postgres/postgres-database.js';
import type { ServerDatabase } from './server-database.js';
import { ServerHealth } from './server-health.js';
import { ServerStatistics } from './server-statistics.js';

type JournalPorts = 'journal' | 'leases' | 'writer' | 'health' | 'statistics';

/** What writes the journal, and what watches over the database. What waits to be written is written before it is closed. */
export function journalAdapters(database: ServerDatabase): Pick<StorageAdapters, JournalPorts> {
  const store =
    database instanceof PostgresDatabase ? new PostgresJournalStore(database) : new MysqlJournalStore(database);
  const writer = new ServerCommitWriter(store);
  database.beforeClose(() => writer.close());
  return {
    journal: new ServerJournal(database, writer),
    leases: new ServerLeaseRepository(database),
    writer,
    health: new ServerHealth(database, writer),
    statistics: new ServerStatistics(database),
  };
}

import type { StorageAdapters } from '../storage-adapters.js';
import type { StorageOptions } from '../storage-options.js';
import type { ServerDatabase } from './server-database.js';

type JournalPorts = 'journal' | 'leases' | 'writer' | 'health' | 'statistics';

/** What writes the journal, and what watches over the database. */
export function journalAdapters(
  _database: ServerDatabase,
  _options: StorageOptions,
): Pick<StorageAdapters, JournalPorts> {
  throw new Error('not built yet');
}

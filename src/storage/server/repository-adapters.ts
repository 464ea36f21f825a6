import type { CacheSpace } from '../cache/index.js';
import type { StorageAdapters } from '../storage-adapters.js';
import type { ServerDatabase } from './server-database.js';

type RepositoryPorts =
  'runs' | 'allRuns' | 'graphs' | 'allGraphs' | 'artifacts' | 'idempotency' | 'removals' | 'apiKeys';

/** The repositories. */
export function repositoryAdapters(
  _database: ServerDatabase,
  _space: CacheSpace,
): Pick<StorageAdapters, RepositoryPorts> {
  throw new Error('not built yet');
}

import { ServerAllGraphsRepository } from '../repositories/server-all-graphs.repository.js';
import { ServerAllRunsRepository } from '../repositories/server-all-runs.repository.js';
import { ServerApiKeyRepository } from '../repositories/server-api-key.repository.js';
import { ServerArtifactRepository } from '../repositories/server-artifact.repository.js';
import { ServerFleetLeaseRepository } from '../repositories/server-fleet-lease.repository.js';
import { ServerGraphRepository } from '../repositories/server-graph.repository.js';
import { ServerIdempotencyGuard } from '../repositories/server-idempotency-guard.js';
import { ServerIdempotencyRepository } from '../repositories/server-idempotency.repository.js';
import { ServerPoolAttemptRepository } from '../repositories/server-pool-attempt.repository.js';
import { ServerRunRemovalRepository } from '../repositories/server-run-removal.repository.js';
import { ServerRunRepository } from '../repositories/server-run.repository.js';
import type { StorageAdapters } from '../storage-adapters.js';
import type { ServerDatabase } from './server-database.js';

type RepositoryPorts =
  | 'runs'
  | 'allRuns'
  | 'graphs'
  | 'allGraphs'
  | 'artifacts'
  | 'idempotency'
  | 'removals'
  | 'apiKeys'
  | 'fleetLeases'
  | 'poolAttempts';

/** The repositories. */
export function repositoryAdapters(database: ServerDatabase): Pick<StorageAdapters, RepositoryPorts> {
  return {
    runs: new ServerRunRepository(database),
    allRuns: new ServerAllRunsRepository(database),
    graphs: new ServerGraphRepository(database, new ServerIdempotencyGuard(database)),
    allGraphs: new ServerAllGraphsRepository(database),
    artifacts: new ServerArtifactRepository(database),
    idempotency: new ServerIdempotencyRepository(database),
    removals: new ServerRunRemovalRepository(database),
    apiKeys: new ServerApiKeyRepository(database),
    fleetLeases: new ServerFleetLeaseRepository(database),
    poolAttempts: new ServerPoolAttemptRepository(database),
  };
}

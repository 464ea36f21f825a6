import type { Journal } from './journal/journal.js';
import type { AllGraphsRepository } from './repositories/all-graphs.repository.js';
import type { AllRunsRepository } from './repositories/all-runs.repository.js';
import type { ApiKeyRepository } from './repositories/api-key.repository.js';
import type { ArtifactRepository } from './repositories/artifact.repository.js';
import type { FleetRunsRepository } from './repositories/fleet-runs.repository.js';
import type { FleetLeaseRepository } from './repositories/fleet-lease.repository.js';
import type { FleetMemberRepository } from './repositories/fleet-member.repository.js';
import type { GraphRepository } from './repositories/graph.repository.js';
import type { IdempotencyRepository } from './repositories/idempotency.repository.js';
import type { LeaseRepository } from './repositories/lease.repository.js';
import type { PoolAttemptRepository } from './repositories/pool-attempt.repository.js';
import type { RunRemovalRepository } from './repositories/run-removal.repository.js';
import type { RunRepository } from './repositories/run.repository.js';
import type { SharedSecretRepository } from './repositories/shared-secret.repository.js';
import type { StorageHealth } from './storage-health.js';
import type { StorageStatistics } from './storage-statistics.js';
import type { StorageWriter } from './writer/storage-writer.js';

/** Every port of the storage, on one database. The class is the injection token. */
export abstract class StorageAdapters {
  abstract readonly journal: Journal;
  abstract readonly runs: RunRepository;
  abstract readonly allRuns: AllRunsRepository;
  abstract readonly graphs: GraphRepository;
  abstract readonly allGraphs: AllGraphsRepository;
  abstract readonly artifacts: ArtifactRepository;
  abstract readonly idempotency: IdempotencyRepository;
  abstract readonly removals: RunRemovalRepository;
  abstract readonly leases: LeaseRepository;
  abstract readonly apiKeys: ApiKeyRepository;
  /** Undefined where no other process can be. */
  abstract readonly fleetRuns: FleetRunsRepository | undefined;
  /** Undefined where no other process can be. */
  abstract readonly sharedSecrets: SharedSecretRepository | undefined;
  /** Undefined on a database that one process has to itself. */
  abstract readonly fleetLeases?: FleetLeaseRepository;
  /** Undefined on a database that one process has to itself. */
  abstract readonly poolAttempts?: PoolAttemptRepository;
  abstract readonly members: FleetMemberRepository;
  abstract readonly writer: StorageWriter;
  abstract readonly health: StorageHealth;
  abstract readonly statistics: StorageStatistics;
}

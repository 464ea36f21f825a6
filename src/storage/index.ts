export { type Cache, type CacheLimits, CacheSpace } from './cache/index.js';
export { IDLE_TRANSACTION_SEC } from './idle-transaction.js';
export { Ids } from './ids.js';
export {
  Journal,
  type JournalAppend,
  type JournalQuery,
  type NewRetry,
  type NewRun,
  type RunProgress,
  type RunProjection,
} from './journal/journal.js';
export { AllGraphsRepository } from './repositories/all-graphs.repository.js';
export { AllRunsRepository, type RunStanding, type UnfinishedRun } from './repositories/all-runs.repository.js';
export {
  type ApiKeyListQuery,
  ApiKeyRepository,
  type ApiKeyRotation,
  type StoredApiKey,
} from './repositories/api-key.repository.js';
export {
  type Artifact,
  type ArtifactInfo,
  ArtifactRepository,
  type RunFile,
} from './repositories/artifact.repository.js';
export { FleetRunsRepository, type RunPosition, type RunSpan } from './repositories/fleet-runs.repository.js';
export { type FleetMember, FleetMemberRepository, type SeenMember } from './repositories/fleet-member.repository.js';
export {
  type GraphListQuery,
  GraphRepository,
  type StoredGraph,
  type StoredGraphVersion,
} from './repositories/graph.repository.js';
export {
  type IdempotencyRecord,
  IdempotencyRepository,
  idempotencyHorizon,
} from './repositories/idempotency.repository.js';
export { FleetLeaseRepository } from './repositories/fleet-lease.repository.js';
export { type Lease, LeaseRepository } from './repositories/lease.repository.js';
export {
  type AttemptKey,
  type HeldPoolAttempt,
  PoolAttemptRepository,
  type PoolReport,
  type SeenPoolAttempt,
} from './repositories/pool-attempt.repository.js';
export { type ClearedStep, type Removal, RunRemovalRepository } from './repositories/run-removal.repository.js';
export { type RunHead, type RunListQuery, RunRepository, type StoredRun } from './repositories/run.repository.js';
export { SharedSecretRepository } from './repositories/shared-secret.repository.js';
export { isDeadOwner, leaseOwnerText } from './lease-owner.js';
export { StorageHealth } from './storage-health.js';
export { StorageOptions } from './storage-options.js';
export { StorageStatistics, type StoredRuns } from './storage-statistics.js';
export {
  ConstraintError,
  DatabaseLostError,
  DatabaseOpenError,
  DatabaseTooNewError,
  DatabaseUrlError,
  IncompleteCopyError,
  IdempotencyConflictError,
  JournalBusyError,
  JournalUnavailableError,
  MigrationBlockedError,
  MigrationsPendingError,
  RetriedRunGoneError,
  StaleWriterError,
  UnsettledWriteError,
} from './storage.errors.js';
export { StorageWriter, type WriterStats } from './writer/storage-writer.js';
export { StorageModule, type StorageModuleOptions } from './storage.module.js';
export { tlsFailure } from './tls-failure.js';

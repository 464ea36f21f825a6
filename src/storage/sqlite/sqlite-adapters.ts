import { Logger } from '@nestjs/common';
import type { CacheSpace } from '../cache/index.js';
import { SqliteJournal } from '../journal/sqlite-journal.js';
import { IdempotencyGuard } from '../repositories/idempotency-guard.js';
import { SolitaryFleetMemberRepository } from '../repositories/solitary-fleet-member.repository.js';
import { SqliteAllGraphsRepository } from '../repositories/sqlite-all-graphs.repository.js';
import { SqliteAllRunsRepository } from '../repositories/sqlite-all-runs.repository.js';
import { SqliteApiKeyRepository } from '../repositories/sqlite-api-key.repository.js';
import { SqliteArtifactRepository } from '../repositories/sqlite-artifact.repository.js';
import { SqliteGraphRepository } from '../repositories/sqlite-graph.repository.js';
import { SqliteIdempotencyRepository } from '../repositories/sqlite-idempotency.repository.js';
import { SqliteLeaseRepository } from '../repositories/sqlite-lease.repository.js';
import { SqliteRunRemovalRepository } from '../repositories/sqlite-run-removal.repository.js';
import { SqliteRunRepository } from '../repositories/sqlite-run.repository.js';
import type { StorageAdapters } from '../storage-adapters.js';
import type { StorageOptions } from '../storage-options.js';
import { DEFAULT_WRITER_LIMITS, GroupCommitWriter } from '../writer/group-commit-writer.js';
import { SqliteDatabase } from './sqlite-database.js';
import { SqliteHealth } from './sqlite-health.js';
import { SqliteStatistics } from './sqlite-statistics.js';
import type { StorageDataSource } from '../storage-data-source.js';

/** Every port on one SQLite database. What waits to be written is written before the database is closed. */
export function sqliteAdapters(
  dataSource: StorageDataSource,
  options: StorageOptions,
  space: CacheSpace,
): StorageAdapters {
  const database = new SqliteDatabase(dataSource);
  const writer = createWriter(database, options);
  const guard = new IdempotencyGuard(database);
  return {
    journal: new SqliteJournal(database, writer, guard),
    runs: new SqliteRunRepository(database),
    allRuns: new SqliteAllRunsRepository(database),
    graphs: new SqliteGraphRepository(database, writer, guard, space),
    allGraphs: new SqliteAllGraphsRepository(database),
    artifacts: new SqliteArtifactRepository(database, writer),
    idempotency: new SqliteIdempotencyRepository(database, writer),
    removals: new SqliteRunRemovalRepository(database, writer),
    leases: new SqliteLeaseRepository(database, writer),
    apiKeys: new SqliteApiKeyRepository(database, writer),
    fleetRuns: undefined,
    sharedSecrets: undefined,
    members: new SolitaryFleetMemberRepository(),
    writer,
    health: new SqliteHealth(database, writer),
    statistics: new SqliteStatistics(database),
  };
}

function createWriter(database: SqliteDatabase, options: StorageOptions): GroupCommitWriter {
  const lockTimeoutMs = options.connectionTimeoutSec * 1_000;
  const writer = new GroupCommitWriter(database, { ...DEFAULT_WRITER_LIMITS, lockTimeoutMs });
  database.beforeClose(async () => {
    await writer.close();
    try {
      database.checkpoint();
    } catch (error) {
      // Nothing is lost: the next process that opens the database finds the log and goes on from it.
      new Logger(GroupCommitWriter.name).warn(`the write-ahead log could not be merged: ${String(error)}`);
    }
  });
  return writer;
}

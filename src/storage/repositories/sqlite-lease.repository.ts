import { Injectable } from '@nestjs/common';
import { type EpochMs, epochMs } from '../../executor/core/index.js';
import { ProcessLeaseEntity } from '../entities/process-lease.entity.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { GroupCommitWriter } from '../writer/group-commit-writer.js';
import { type Lease, LeaseRepository } from './lease.repository.js';

/** The lease row is read and written in one transaction that holds SQLite's write lock from its first statement on. */
@Injectable()
export class SqliteLeaseRepository extends LeaseRepository {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly writer: GroupCommitWriter,
  ) {
    super();
    this.sql = prepareStatements(database);
  }

  override acquire(owner: string, now: EpochMs, ttlMs: number): Promise<Lease> {
    return this.writer.submit({
      apply: () => this.takeOrYield(owner, now, ttlMs),
      rows: 1,
      bytes: 0,
      isRefusable: false,
    });
  }

  override async release(owner: string): Promise<void> {
    await this.writer.submit({ apply: () => void this.sql.free.run(owner), rows: 1, bytes: 0, isRefusable: false });
  }

  private takeOrYield(owner: string, now: EpochMs, ttlMs: number): Lease {
    const current = this.sql.current.get();
    if (current !== undefined && current.owner !== owner && current.expiresAt > now) return current;
    const lease = { id: 1 as const, owner, expiresAt: epochMs(now + ttlMs) };
    this.sql.upsert.run(this.sql.leases.values(lease));
    return { owner, expiresAt: lease.expiresAt };
  }
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const leases = database.table(ProcessLeaseEntity);
  const current = database.prepare<[], Lease>(
    `SELECT ${leases.select('owner', 'expiresAt')} FROM process_lease WHERE id = 1`,
  );
  const upsert = database.prepare(`${leases.insertion} ${leases.onConflictUpdate(['id'])}`);
  const free = database.prepare('DELETE FROM process_lease WHERE owner = ?');
  return { leases, current, upsert, free };
}

import { ProcessLeaseEntity } from '../entities/process-lease.entity.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { DatabaseLostError } from '../storage.errors.js';
import type { GroupCommitWriter } from '../writer/group-commit-writer.js';
import { type Lease, type LeaseRequest, LeaseRepository } from './lease.repository.js';

/** The lease row is read and written in one transaction that holds SQLite's write lock from its first statement on. */
export class SqliteLeaseRepository extends LeaseRepository {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly writer: GroupCommitWriter,
  ) {
    super();
    this.sql = prepareStatements(database);
  }

  override acquire(request: LeaseRequest): Promise<Lease> {
    return this.writer.submit({ apply: () => this.takeOrYield(request), rows: 1, bytes: 0, isRefusable: false });
  }

  override async release(owner: string): Promise<void> {
    await this.writer.submit({ apply: () => void this.sql.free.run(owner), rows: 1, bytes: 0, isRefusable: false });
  }

  override fence(owner: string, onLost: (lease: Lease | undefined) => void): void {
    let isLost = false;
    this.writer.fenceWith(() => {
      const current = this.sql.current.get();
      if (current?.owner === owner) return;
      if (!isLost) queueMicrotask(() => onLost(current));
      isLost = true;
      throw new DatabaseLostError();
    });
  }

  private takeOrYield({ owner, expiresAt, replaces }: LeaseRequest): Lease {
    const current = this.sql.current.get();
    const isGone = current?.owner === replaces?.owner && current?.expiresAt === replaces?.expiresAt;
    if (current !== undefined && current.owner !== owner && !isGone) return current;
    this.sql.upsert.run(this.sql.leases.values({ id: 1, owner, expiresAt }));
    return { owner, expiresAt };
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

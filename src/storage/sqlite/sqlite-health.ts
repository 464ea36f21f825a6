import { StorageHealth } from '../storage-health.js';
import type { GroupCommitWriter } from '../writer/group-commit-writer.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** Larger than a page, so that writing it needs room on the disk. */
const PROBE_BYTES = 8_192;

/** Asks SQLite. */
export class SqliteHealth extends StorageHealth {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly writer: GroupCommitWriter,
  ) {
    super();
    this.sql = prepareStatements(database);
  }

  /**
   * Cheap while all is well. After a failed write it tries to write itself: a process that is not ready gets no requests, and
   * without one it would never find out that there is room again.
   */
  override async check(): Promise<void> {
    await this.database.read(() => this.sql.probeRead.get());
    if (this.writer.failure !== undefined) await this.probeWrite();
  }

  private async probeWrite(): Promise<void> {
    await this.writer.submit({
      apply: () => {
        this.sql.insertProbe.run('x'.repeat(PROBE_BYTES));
        this.sql.deleteProbe.run();
      },
      rows: 0,
      bytes: PROBE_BYTES,
      isRefusable: false,
    });
  }
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const probeRead = database.prepare('SELECT 1 FROM runs LIMIT 1');
  const insertProbe = database.prepare(
    `INSERT INTO idempotency_keys (scope, "key", request_hash, status, created_at, body) VALUES ('health', 'probe', '', 0, 0, ?)`,
  );
  const deleteProbe = database.prepare(`DELETE FROM idempotency_keys WHERE scope = 'health' AND "key" = 'probe'`);
  return { probeRead, insertProbe, deleteProbe };
}

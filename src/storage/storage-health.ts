import { Injectable } from '@nestjs/common';
import { SqliteDatabase } from './sqlite/sqlite-database.js';
import { GroupCommitWriter } from './writer/group-commit-writer.js';

/** Larger than a page, so that writing it needs room on the disk. */
const PROBE_BYTES = 8_192;

/** Whether the database reads and writes. */
@Injectable()
export class StorageHealth {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly writer: GroupCommitWriter,
  ) {
    this.sql = prepareStatements(database);
  }

  /**
   * Cheap while all is well. After a failed write it tries to write itself: a process that is not ready gets no requests, and
   * without one it would never find out that there is room again.
   *
   * @throws {JournalUnavailableError} saying what is wrong.
   */
  async check(): Promise<void> {
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

import { StorageHealth } from '../storage-health.js';
import type { ServerCommitWriter } from '../writer/server-commit-writer.js';
import type { ServerDatabase } from './server-database.js';

/** Larger than a page, so that writing it needs room on the disk. */
const PROBE_BYTES = 8_192;
const PROBE = `"scope" = 'health' AND "key" = ?`;

/** Asks the server. */
export class ServerHealth extends StorageHealth {
  /** Of this process: others may probe at the same time. */
  private readonly key = `probe ${process.pid} ${Math.random()}`;

  constructor(
    private readonly database: ServerDatabase,
    private readonly writer: ServerCommitWriter,
  ) {
    super();
  }

  /**
   * Cheap while all is well. After a failed write it tries to write itself: a process that is not ready gets no requests, and
   * without one it would never find out that the server stores again.
   */
  override async check(): Promise<void> {
    await this.database.read('SELECT 1 FROM runs LIMIT 1');
    if (this.writer.failure === undefined) return;
    await this.database.transaction(async (tx) => {
      await tx.change(
        `INSERT INTO "idempotency_keys" ("scope", "key", "request_hash", "status", "created_at", "body")
         VALUES ('health', ?, '', 0, 0, ?)`,
        [this.key, 'x'.repeat(PROBE_BYTES)],
      );
      await tx.change(`DELETE FROM "idempotency_keys" WHERE ${PROBE}`, [this.key]);
    });
    this.writer.recover();
  }
}

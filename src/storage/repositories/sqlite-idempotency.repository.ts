import type { EpochMs } from '../../executor/core/index.js';
import { IdempotencyKeyEntity } from '../entities/idempotency-key.entity.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import type { GroupCommitWriter } from '../writer/group-commit-writer.js';
import { type IdempotencyRecord, IdempotencyRepository, idempotencyHorizon } from './idempotency.repository.js';

/** Records deleted at once: a purge of many must not hold up the journal. */
const PURGE_ROWS = 1_000;

export class SqliteIdempotencyRepository extends IdempotencyRepository {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly writer: GroupCommitWriter,
  ) {
    super();
    this.sql = prepareStatements(database);
  }

  override find(scope: string, key: string, now: EpochMs): Promise<IdempotencyRecord | undefined> {
    return this.database.read(() => this.sql.byKey.get(scope, key, idempotencyHorizon(now)));
  }

  override async purge(before: EpochMs): Promise<void> {
    const unit = {
      apply: () => this.sql.deleteOld.run(before).changes,
      rows: PURGE_ROWS,
      bytes: 0,
      isRefusable: false,
    };
    let deleted: number;
    do deleted = await this.writer.submit(unit);
    while (deleted === PURGE_ROWS);
  }
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const keys = database.table(IdempotencyKeyEntity);
  const byKey = database.prepare<[string, string, EpochMs], IdempotencyKeyEntity>(
    `SELECT ${keys.selection} FROM idempotency_keys WHERE scope = ? AND "key" = ? AND created_at > ?`,
  );
  const deleteOld = database.prepare(
    `DELETE FROM idempotency_keys WHERE (scope, "key") IN
       (SELECT scope, "key" FROM idempotency_keys WHERE created_at < ? ORDER BY created_at LIMIT ${PURGE_ROWS})`,
  );
  return { byKey, deleteOld };
}

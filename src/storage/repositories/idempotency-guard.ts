import { IdempotencyKeyEntity } from '../entities/idempotency-key.entity.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { IdempotencyConflictError } from '../storage.errors.js';
import { type IdempotencyRecord, idempotencyHorizon } from './idempotency.repository.js';

/** Stores an idempotency record inside the transaction of what it guards. */
export class IdempotencyGuard {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(database: SqliteDatabase) {
    this.sql = prepareStatements(database);
  }

  /** Call from within a unit of the writer. @throws {IdempotencyConflictError} unless the key is free or has expired. */
  take(record: IdempotencyRecord): void {
    const { changes } = this.sql.takeKey.run(...this.sql.keys.values(record), idempotencyHorizon(record.createdAt));
    if (changes === 0) throw new IdempotencyConflictError('the Idempotency-Key was used by another request meanwhile');
  }
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const keys = database.table(IdempotencyKeyEntity);
  const takeKey = database.prepare(
    `${keys.insertion} ${keys.onConflictUpdate(['scope', 'key'])} WHERE ${keys.name}.created_at <= ?`,
  );
  return { keys, takeKey };
}

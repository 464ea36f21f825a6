import { EntityTable } from '../entity-table.js';
import { IdempotencyKeyEntity } from '../entities/idempotency-key.entity.js';
import type { ServerDatabase, Statements } from '../server/server-database.js';
import { IdempotencyConflictError } from '../storage.errors.js';
import { type IdempotencyRecord, idempotencyHorizon } from './idempotency.repository.js';

/** Stores an idempotency record inside the transaction of what it guards. */
export class ServerIdempotencyGuard {
  private readonly keys = new EntityTable(IdempotencyKeyEntity);
  private readonly insertion: string;

  constructor({ dialect }: ServerDatabase) {
    this.insertion = dialect.unlessExists(this.keys.insertion);
  }

  /** @throws {IdempotencyConflictError} unless the key is free or has expired. */
  async take(tx: Statements, record: IdempotencyRecord): Promise<void> {
    const { scope, key, createdAt } = record;
    await tx.change('DELETE FROM idempotency_keys WHERE scope = ? AND "key" = ? AND created_at <= ?', [
      scope,
      key,
      idempotencyHorizon(createdAt),
    ]);
    if ((await tx.change(this.insertion, this.keys.values(record))) === 0) {
      throw new IdempotencyConflictError('the Idempotency-Key was used by another request meanwhile');
    }
  }
}

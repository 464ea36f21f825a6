import type { EpochMs } from '../../executor/core/index.js';
import { EntityTable } from '../entity-table.js';
import { IdempotencyKeyEntity } from '../entities/idempotency-key.entity.js';
import type { ServerDatabase, Statements } from '../server/server-database.js';
import { type IdempotencyRecord, IdempotencyRepository, idempotencyHorizon } from './idempotency.repository.js';

/** Records deleted in one transaction: it holds their locks. */
const PURGE_ROWS = 500;

/** Passes over those that another process deletes or replaces just now. */
const OLD_KEYS = `SELECT scope, "key" FROM idempotency_keys WHERE created_at < ?
  ORDER BY created_at LIMIT ${PURGE_ROWS} FOR UPDATE SKIP LOCKED`;

export class ServerIdempotencyRepository extends IdempotencyRepository {
  private readonly byKey: string;

  constructor(private readonly database: ServerDatabase) {
    super();
    const { selection } = new EntityTable(IdempotencyKeyEntity);
    this.byKey = `SELECT ${selection} FROM idempotency_keys WHERE scope = ? AND "key" = ? AND created_at > ?`;
  }

  override async find(scope: string, key: string, now: EpochMs): Promise<IdempotencyRecord | undefined> {
    const [record] = await this.database.read<IdempotencyRecord>(this.byKey, [scope, key, idempotencyHorizon(now)]);
    return record;
  }

  override async purge(before: EpochMs): Promise<void> {
    let deleted: number;
    do deleted = await this.database.transaction((tx) => purgeStep(tx, before));
    while (deleted === PURGE_ROWS);
  }
}

async function purgeStep(tx: Statements, before: EpochMs): Promise<number> {
  const old = await tx.query<Pick<IdempotencyRecord, 'scope' | 'key'>>(OLD_KEYS, [before]);
  if (old.length === 0) return 0;
  return tx.change(
    `DELETE FROM idempotency_keys WHERE (scope, "key") IN (${old.map(() => '(?, ?)').join(', ')})`,
    old.flatMap(({ scope, key }) => [scope, key]),
  );
}

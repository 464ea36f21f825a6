import type { EpochMs, KeyId, Namespace } from '../../executor/core/index.js';
import { ApiKeyEntity } from '../entities/api-key.entity.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import type { GroupCommitWriter } from '../writer/group-commit-writer.js';
import {
  type ApiKeyListQuery,
  ApiKeyRepository,
  type ApiKeyRotation,
  type StoredApiKey,
} from './api-key.repository.js';

/** Sorts after every id: they are lower-case ASCII. */
const AFTER_ALL_IDS = '~';

export class SqliteApiKeyRepository extends ApiKeyRepository {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly writer: GroupCommitWriter,
  ) {
    super();
    this.sql = prepareStatements(database);
  }

  override create(key: StoredApiKey): Promise<void> {
    return this.write(() => void this.sql.insert.run(...this.sql.keys.values(key)));
  }

  override find(keyId: KeyId): Promise<StoredApiKey | undefined> {
    return this.database.read(() => this.sql.byId.get(keyId));
  }

  override findByDigest(keySha256: string): Promise<StoredApiKey | undefined> {
    return this.database.read(() => this.sql.byDigest.get(keySha256));
  }

  override list({ limit, before, namespace }: ApiKeyListQuery): Promise<StoredApiKey[]> {
    const last = before ?? AFTER_ALL_IDS;
    return this.database.read(() =>
      namespace === undefined ? this.sql.page.all(last, limit) : this.sql.pageOf.all(last, namespace, limit),
    );
  }

  override revoke(keyId: KeyId, at: EpochMs): Promise<void> {
    return this.write(() => void this.sql.revoke.run(at, keyId));
  }

  override rotate({ keyId, endsAt, replacement }: ApiKeyRotation): Promise<boolean> {
    return this.write(() => {
      const { changes } = this.sql.replace.run(replacement.keyId, endsAt, endsAt, keyId);
      if (changes === 0) return false;
      this.sql.insert.run(...this.sql.keys.values(replacement));
      return true;
    });
  }

  override touch(keyId: KeyId, at: EpochMs): Promise<void> {
    return this.write(() => void this.sql.touch.run(at, keyId, at));
  }

  private write<Result>(apply: () => Result): Promise<Result> {
    return this.writer.submit({ apply, rows: 1, bytes: 0, isRefusable: true });
  }
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const keys = database.table(ApiKeyEntity);
  const insert = database.prepare(keys.insertion);
  const revoke = database.prepare('UPDATE api_keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL');
  const replace = database.prepare(
    `UPDATE api_keys SET replaced_by = ?, expires_at = min(coalesce(expires_at, ?), ?)
     WHERE key_id = ? AND revoked_at IS NULL AND replaced_by IS NULL`,
  );
  const touch = database.prepare(
    'UPDATE api_keys SET last_used_at = ? WHERE key_id = ? AND coalesce(last_used_at, 0) < ?',
  );
  const selectWhere = (condition: string): string => `SELECT ${keys.selection} FROM api_keys WHERE ${condition}`;
  const byId = database.prepare<[KeyId], StoredApiKey>(selectWhere('key_id = ?'));
  const byDigest = database.prepare<[string], StoredApiKey>(selectWhere('key_sha256 = ?'));
  const page = database.prepare<[string, number], StoredApiKey>(
    `${selectWhere('key_id < ?')} ORDER BY key_id DESC LIMIT ?`,
  );
  const pageOf = database.prepare<[string, Namespace, number], StoredApiKey>(
    `${selectWhere('key_id < ? AND namespace = ?')} ORDER BY key_id DESC LIMIT ?`,
  );
  return { keys, insert, revoke, replace, touch, byId, byDigest, page, pageOf };
}

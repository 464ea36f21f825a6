import type { EpochMs, KeyId } from '../../executor/core/index.js';
import { EntityTable } from '../entity-table.js';
import { ApiKeyEntity } from '../entities/api-key.entity.js';
import type { ServerDatabase } from '../server/server-database.js';
import { findsRow } from '../server/settle.js';
import {
  type ApiKeyListQuery,
  ApiKeyRepository,
  type ApiKeyRotation,
  type StoredApiKey,
} from './api-key.repository.js';

/** Sorts after every id: they are lower-case ASCII. */
const AFTER_ALL_IDS = '~';

const REVOKE = 'UPDATE api_keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL';
const REPLACE = `UPDATE api_keys SET replaced_by = ?, expires_at = LEAST(COALESCE(expires_at, ?), ?)
  WHERE key_id = ? AND revoked_at IS NULL AND replaced_by IS NULL`;
const TOUCH = 'UPDATE api_keys SET last_used_at = ? WHERE key_id = ? AND COALESCE(last_used_at, 0) < ?';

/** Nobody else makes a key of the same id. */
const EXISTS = 'SELECT 1 FROM api_keys WHERE key_id = ?';

export class ServerApiKeyRepository extends ApiKeyRepository {
  private readonly keys = new EntityTable(ApiKeyEntity);

  constructor(private readonly database: ServerDatabase) {
    super();
  }

  override async create(key: StoredApiKey): Promise<void> {
    await this.database.transaction((tx) => tx.change(this.keys.insertion, this.keys.values(key)), {
      isStored: findsRow(EXISTS, [key.keyId]),
    });
  }

  override find(keyId: KeyId): Promise<StoredApiKey | undefined> {
    return this.findOne('key_id = ?', keyId);
  }

  override findByDigest(keySha256: string): Promise<StoredApiKey | undefined> {
    return this.findOne('key_sha256 = ?', keySha256);
  }

  override list({ limit, before, namespace }: ApiKeyListQuery): Promise<StoredApiKey[]> {
    const last = before ?? AFTER_ALL_IDS;
    return namespace === undefined
      ? this.select('key_id < ? ORDER BY key_id DESC LIMIT ?', last, limit)
      : this.select('namespace = ? AND key_id < ? ORDER BY key_id DESC LIMIT ?', namespace, last, limit);
  }

  override async revoke(keyId: KeyId, at: EpochMs): Promise<void> {
    await this.database.transaction((tx) => tx.change(REVOKE, [at, keyId]), {
      isStored: findsRow('SELECT 1 FROM api_keys WHERE key_id = ? AND revoked_at IS NOT NULL', [keyId]),
    });
  }

  override rotate({ keyId, endsAt, replacement }: ApiKeyRotation): Promise<boolean> {
    return this.database.transaction(
      async (tx) => {
        // The row stays locked until the end: whoever rotates the key at the same time finds it replaced.
        if ((await tx.change(REPLACE, [replacement.keyId, endsAt, endsAt, keyId])) === 0) return false;
        await tx.change(this.keys.insertion, this.keys.values(replacement));
        return true;
      },
      { isStored: findsRow(EXISTS, [replacement.keyId]) },
    );
  }

  override async touch(keyId: KeyId, at: EpochMs): Promise<void> {
    await this.database.transaction((tx) => tx.change(TOUCH, [at, keyId, at]));
  }

  private async findOne(condition: string, value: string): Promise<StoredApiKey | undefined> {
    const [key] = await this.select(condition, value);
    return key;
  }

  private select(rest: string, ...params: (string | number)[]): Promise<StoredApiKey[]> {
    return this.database.read<StoredApiKey>(`SELECT ${this.keys.selection} FROM api_keys WHERE ${rest}`, params);
  }
}

import { Global, Module } from '@nestjs/common';
import type { EpochMs, KeyId } from '../../src/executor/core/index.js';
import {
  type ApiKeyListQuery,
  ApiKeyRepository,
  type ApiKeyRotation,
  Ids,
  type StoredApiKey,
} from '../../src/storage/index.js';

/** API keys without a database, which counts how often it is asked. */
export class MemoryApiKeys extends ApiKeyRepository {
  private readonly rows = new Map<KeyId, StoredApiKey>();
  lookUps = 0;
  readonly touched: KeyId[] = [];

  override create(key: StoredApiKey): Promise<void> {
    this.rows.set(key.keyId, key);
    return Promise.resolve();
  }

  override find(keyId: KeyId): Promise<StoredApiKey | undefined> {
    this.lookUps += 1;
    return Promise.resolve(this.rows.get(keyId));
  }

  override findByDigest(keySha256: string): Promise<StoredApiKey | undefined> {
    this.lookUps += 1;
    return Promise.resolve([...this.rows.values()].find((key) => key.keySha256 === keySha256));
  }

  override list({ limit }: ApiKeyListQuery): Promise<StoredApiKey[]> {
    return Promise.resolve([...this.rows.values()].slice(0, limit));
  }

  override revoke(keyId: KeyId, at: EpochMs): Promise<void> {
    const key = this.rows.get(keyId);
    return key === undefined ? Promise.resolve() : this.create({ ...key, revokedAt: at });
  }

  override rotate({ replacement }: ApiKeyRotation): Promise<boolean> {
    return this.create(replacement).then(() => true);
  }

  override touch(keyId: KeyId): Promise<void> {
    this.touched.push(keyId);
    return Promise.resolve();
  }
}

/** For applications that know callers and have no storage. */
@Global()
@Module({
  providers: [{ provide: ApiKeyRepository, useClass: MemoryApiKeys }, Ids],
  exports: [ApiKeyRepository, Ids],
})
export class MemoryApiKeysModule {}

import { type EpochMs, epochMs, namespace } from '../../executor/core/index.js';
import type { StoredApiKey } from '../../storage/index.js';
import { readScopes } from '../access/index.js';
import type { ApiKeyAnswer, CreatedApiKeyAnswer, NewKeyBody } from './api-key.schemas.js';
import type { CreatedKey, NewKey } from './api-keys.service.js';
import { keyStatus } from './key-status.js';

/** The wire form of a key, without the key itself. */
export function toApiKey(key: StoredApiKey): ApiKeyAnswer {
  return {
    key_id: key.keyId,
    name: key.name,
    namespace: key.namespace,
    prefix: key.prefix,
    scopes: [...readScopes(key.scopeText)],
    status: keyStatus(key, epochMs(Date.now())),
    created_at: toTimestamp(key.createdAt),
    expires_at: key.expiresAt === null ? null : toTimestamp(key.expiresAt),
    last_used_at: key.lastUsedAt === null ? null : toTimestamp(key.lastUsedAt),
    revoked_at: key.revokedAt === null ? null : toTimestamp(key.revokedAt),
    replaced_by: key.replacedBy,
  };
}

/** The wire form of a key that was just made: the only one that holds the key. */
export function toCreatedApiKey({ key, secret }: CreatedKey): CreatedApiKeyAnswer {
  return { ...toApiKey(key), key: secret };
}

/** What a body asks for, once the schema has judged it. */
export function toNewKey(body: NewKeyBody): NewKey {
  const { name, scopes, namespace: home, expires_at: expiresAt } = body;
  return {
    name,
    scopes,
    namespace: home === undefined ? undefined : namespace(home),
    expiresAt: expiresAt === undefined || expiresAt === null ? null : epochMs(Date.parse(expiresAt)),
  };
}

function toTimestamp(time: EpochMs): string {
  return new Date(time).toISOString();
}

import { Injectable, Optional } from '@nestjs/common';
import { Relay } from '../../events/index.js';
import { type EpochMs, KEY_ID, type KeyId, type Namespace, epochMs, keyId } from '../../executor/core/index.js';
import { ProblemError } from '../../http/problem/index.js';
import { ApiKeyRepository, Ids, type StoredApiKey } from '../../storage/index.js';
import { type Caller, type Scope, allows, missingScopes, readScopes } from '../access/index.js';
import { digestOf } from '../digest.js';
import { ActiveKeys } from './active-keys.js';
import { generateKey, shownPrefix } from './api-key-text.js';
import { KeyEndedError, KeyNotFoundError } from './api-keys.errors.js';
import { keyStatus } from './key-status.js';

/** Whoever manages keys. */
export interface KeyManager extends Pick<Caller, 'namespace' | 'scopes' | 'credential'> {
  /** Whose keys it sees; those of all namespaces when left out. */
  readonly sees?: Namespace;
}

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** That of the manager when left out. */
  readonly namespace?: Namespace;
  /** Null for a key that never expires by itself. */
  readonly expiresAt: EpochMs | null;
}

/** A key that was just made: `secret` is told now and never again. */
export interface CreatedKey {
  readonly key: StoredApiKey;
  readonly secret: string;
}

/**
 * Manages the keys in the database. Nobody can give away what they do not have: a manager touches only keys whose scopes it
 * has all itself, in its own namespace unless it has `admin`.
 */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly repository: ApiKeyRepository,
    private readonly active: ActiveKeys,
    private readonly ids: Ids,
    @Optional() private readonly relay?: Relay,
  ) {}

  /** Newest first; one row more than `limit` if there are more. */
  list({ sees }: KeyManager, page: { limit: number; before?: string }): Promise<StoredApiKey[]> {
    const before = page.before === undefined ? undefined : keyId(page.before);
    return this.repository.list({ limit: page.limit + 1, before, namespace: sees });
  }

  /** @throws {KeyNotFoundError} */
  async get({ sees }: KeyManager, id: string): Promise<StoredApiKey> {
    const key = KEY_ID.test(id) ? await this.repository.find(keyId(id)) : undefined;
    if (key === undefined || (sees !== undefined && key.namespace !== sees)) throw new KeyNotFoundError(id);
    return key;
  }

  /**
   * Durable when it resolves.
   *
   * @throws {ProblemError} `forbidden` for scopes or a namespace that the manager has not, `key-invalid` for an expiry in the past.
   */
  async create(
    manager: KeyManager,
    { name, scopes, namespace = manager.namespace, expiresAt }: NewKey,
  ): Promise<CreatedKey> {
    assertMayGrant(manager, scopes);
    if (namespace !== manager.namespace && !manager.scopes.has('admin')) throw otherNamespace();
    const now = epochMs(Date.now());
    if (expiresAt !== null && expiresAt <= now) throw inThePast();
    const created = this.make({
      name,
      scopeText: [...new Set(scopes)].join(' '),
      namespace,
      createdAt: now,
      expiresAt,
    });
    await this.repository.create(created.key);
    return created;
  }

  /**
   * Ends a key: in this process at once, in others as soon as they hear of it, or else within 5 s. Can be repeated.
   *
   * @throws {KeyNotFoundError}
   * @throws {ProblemError} `forbidden` for a key that may do what the manager may not.
   */
  async revoke(manager: KeyManager, id: string): Promise<void> {
    const key = await this.get(manager, id);
    assertMayGrant(manager, readScopes(key.scopeText));
    await this.repository.revoke(key.keyId, epochMs(Date.now()));
    this.tellChanged(key.keyId);
  }

  /**
   * A key in place of another one, with its name, scopes and namespace, and its life from now on. Both count until the
   * overlap has passed.
   *
   * @throws {KeyNotFoundError | KeyEndedError}
   * @throws {ProblemError} `forbidden` for a key that may do what the manager may not.
   */
  async rotate(manager: KeyManager, id: string, overlapSec: number): Promise<CreatedKey> {
    const old = await this.get(manager, id);
    assertMayGrant(manager, readScopes(old.scopeText));
    const now = epochMs(Date.now());
    const status = keyStatus(old, now);
    if (status !== 'active' || old.replacedBy !== null) throw new KeyEndedError(old, status);
    const { name, scopeText, namespace, createdAt } = old;
    const expiresAt = old.expiresAt === null ? null : epochMs(now + (old.expiresAt - createdAt));
    const created = this.make({ name, scopeText, namespace, createdAt: now, expiresAt });
    const endsAt = epochMs(now + overlapSec * 1_000);
    const isRotated = await this.repository.rotate({ keyId: old.keyId, endsAt, replacement: created.key });
    if (!isRotated) throw new KeyEndedError(await this.get(manager, id), 'active');
    this.tellChanged(old.keyId);
    return created;
  }

  private tellChanged(id: KeyId): void {
    this.active.forget(id);
    this.relay?.publish({ kind: 'key', keyId: id });
  }

  private make(fields: Pick<StoredApiKey, 'name' | 'scopeText' | 'namespace' | 'createdAt' | 'expiresAt'>): CreatedKey {
    const secret = generateKey();
    const key = {
      ...fields,
      keyId: this.ids.key(),
      prefix: shownPrefix(secret),
      keySha256: digestOf(secret),
      lastUsedAt: null,
      revokedAt: null,
      replacedBy: null,
    };
    return { key, secret };
  }
}

function assertMayGrant(manager: KeyManager, scopes: Iterable<Scope>): void {
  const missing = [...scopes].filter((scope) => !allows(manager.scopes, scope));
  if (missing.length > 0) throw missingScopes(missing, manager);
}

function otherNamespace(): ProblemError {
  return new ProblemError('forbidden', 'only callers with the scope "admin" may make keys for another namespace');
}

function inThePast(): ProblemError {
  return new ProblemError('key-invalid', 'the body has 1 fault', {
    errors: [{ pointer: '/expires_at', code: 'in-the-past', message: 'takes a time in the future' }],
  });
}

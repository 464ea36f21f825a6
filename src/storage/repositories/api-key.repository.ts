import type { EpochMs, KeyId, Namespace } from '../../executor/core/index.js';

/** An API key, without the key itself. */
export interface StoredApiKey {
  readonly keyId: KeyId;
  readonly namespace: Namespace;
  readonly name: string;
  /** How the key begins, so that people can tell which one it is. */
  readonly prefix: string;
  /** Hex SHA-256 of the whole key. */
  readonly keySha256: string;
  /** Separated by spaces. */
  readonly scopeText: string;
  readonly createdAt: EpochMs;
  /** From here on the key is no key any more; null if that never happens by itself. */
  readonly expiresAt: EpochMs | null;
  /** About: not every use is written down. */
  readonly lastUsedAt: EpochMs | null;
  readonly revokedAt: EpochMs | null;
  /** The key that took its place when it was rotated. */
  readonly replacedBy: KeyId | null;
}

export interface ApiKeyListQuery {
  readonly limit: number;
  /** The last key of the page before. */
  readonly before?: KeyId;
  /** All namespaces when left out. */
  readonly namespace?: Namespace;
}

export interface ApiKeyRotation {
  readonly keyId: KeyId;
  /** When the replaced key ends, unless it ends before anyway. */
  readonly endsAt: EpochMs;
  /** The key that takes its place. */
  readonly replacement: StoredApiKey;
}

/** Port: the API keys that callers made. Keys that have ended stay, to be looked up by people. */
export abstract class ApiKeyRepository {
  /** Durable when it resolves. @throws {JournalUnavailableError | JournalBusyError} and stores nothing. */
  abstract create(key: StoredApiKey): Promise<void>;
  abstract find(keyId: KeyId): Promise<StoredApiKey | undefined>;
  abstract findByDigest(keySha256: string): Promise<StoredApiKey | undefined>;
  /** Newest first, those that have ended included. */
  abstract list(query: ApiKeyListQuery): Promise<StoredApiKey[]>;
  /** Ends the key at `at`; changes nothing when it was revoked before. */
  abstract revoke(keyId: KeyId, at: EpochMs): Promise<void>;
  /**
   * Stores the replacement and has the other one end, both or neither.
   *
   * @returns false, with nothing stored, when the key was revoked or replaced meanwhile.
   */
  abstract rotate(rotation: ApiKeyRotation): Promise<boolean>;
  /** Notes that the key was used; never goes back in time. */
  abstract touch(keyId: KeyId, at: EpochMs): Promise<void>;
}

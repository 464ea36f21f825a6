import { Logger } from '@nestjs/common';
import { type EpochMs, KEY_ID, epochMs, keyId } from '../../executor/core/index.js';
import type { ApiKeyRepository, StoredApiKey } from '../../storage/index.js';
import { type Caller, readScopes } from '../access/index.js';
import { keyStatus } from './key-status.js';

/**
 * How long a key is believed without asking the database again: the bound on how long one works that another process has
 * revoked.
 */
const RECHECK_MS = 5_000;
/** How often the use of a key is written down at most. */
const NOTE_USE_MS = 60_000;
/** Keys that are kept in memory. */
const MAX_KEPT = 10_000;

interface KnownKey {
  readonly key: StoredApiKey;
  readonly caller: Caller;
  /** Monotonic milliseconds. */
  readonly checkedAt: number;
}

/** The time, by both clocks. */
export interface KeyTime {
  /** By the wall clock, to which expiries refer. */
  now(): EpochMs;
  /** By a clock that nobody sets. */
  elapsedMs(): number;
}

const SYSTEM_TIME: KeyTime = { now: () => epochMs(Date.now()), elapsedMs: () => performance.now() };

/**
 * Who the keys in the database belong to, without asking it for every request. An entry is fresh for a few seconds after it
 * was read; only a fresh one is believed. Keys that have ended are never given out, also while they are fresh.
 *
 * A key is looked up by its digest. That the index answers a digest with a long common prefix a little later does not help
 * anybody: nobody can choose the digest of a key, and 256 random bits cannot be tried.
 */
export class ActiveKeys {
  private readonly logger = new Logger(ActiveKeys.name);
  private readonly byDigest = new Map<string, KnownKey>();
  private readonly byId = new Map<string, KnownKey>();
  /** When the use of a key was last written down, in monotonic milliseconds. */
  private readonly noted = new Map<string, number>();
  /** How often something was to be forgotten. */
  private forgotten = 0;

  constructor(
    private readonly repository: ApiKeyRepository,
    private readonly time: KeyTime = SYSTEM_TIME,
  ) {}

  /** The caller whose key has this digest, if that is known without asking the database. */
  recall(digest: string): Caller | undefined {
    return this.use(this.fresh(this.byDigest.get(digest)));
  }

  /** The caller whose key has this digest. @throws {JournalUnavailableError} */
  async find(digest: string): Promise<Caller | undefined> {
    return this.recall(digest) ?? this.use(await this.read(() => this.repository.findByDigest(digest)));
  }

  /** The caller whose key has this id. @throws {JournalUnavailableError} */
  async findById(id: string): Promise<Caller | undefined> {
    const known = this.use(this.fresh(this.byId.get(id)));
    if (known !== undefined || !KEY_ID.test(id)) return known;
    return this.use(await this.read(() => this.repository.find(keyId(id))));
  }

  /** Asks the database again the next time: what it holds of the key has changed. */
  forget(id: string): void {
    this.forgotten += 1;
    const known = this.byId.get(id);
    if (known === undefined) return;
    this.byId.delete(id);
    this.byDigest.delete(known.key.keySha256);
  }

  private fresh(known: KnownKey | undefined): KnownKey | undefined {
    return known !== undefined && this.time.elapsedMs() - known.checkedAt < RECHECK_MS ? known : undefined;
  }

  private use(known: KnownKey | undefined): Caller | undefined {
    if (known === undefined) return undefined;
    if (keyStatus(known.key, this.time.now()) !== 'active') return undefined;
    this.noteUse(known.key);
    return known.caller;
  }

  /** What was asked before something was forgotten may be what was forgotten: it is not kept. */
  private async read(ask: () => Promise<StoredApiKey | undefined>): Promise<KnownKey | undefined> {
    const { forgotten } = this;
    const checkedAt = this.time.elapsedMs();
    const key = await ask();
    if (key === undefined) return undefined;
    const known = { key, caller: callerOf(key), checkedAt };
    if (forgotten === this.forgotten) this.keep(known);
    return known;
  }

  private keep(known: KnownKey): void {
    if (this.byDigest.size >= MAX_KEPT) for (const kept of [this.byDigest, this.byId, this.noted]) kept.clear();
    this.byDigest.set(known.key.keySha256, known);
    this.byId.set(known.key.keyId, known);
  }

  /** Nobody waits for it, and nobody suffers when it fails. */
  private noteUse({ keyId: id }: StoredApiKey): void {
    const now = this.time.elapsedMs();
    const last = this.noted.get(id);
    if (last !== undefined && now - last < NOTE_USE_MS) return;
    this.noted.set(id, now);
    this.repository.touch(id, this.time.now()).catch((error: unknown) => {
      this.logger.debug(`the use of key ${id} was not written down: ${String(error)}`);
    });
  }
}

function callerOf({ keyId: id, namespace, scopeText, expiresAt }: StoredApiKey): Caller {
  return { id, namespace, scopes: readScopes(scopeText), credential: { kind: 'key', keyId: id, expiresAt } };
}

import type { EpochMs } from '../../executor/core/index.js';

/** The first answer to a request that carried an `Idempotency-Key`, kept to be given again. */
export interface IdempotencyRecord {
  /** Caller and route: the same key of another caller or route is another record. */
  readonly scope: string;
  readonly key: string;
  /** Digest of the request: another body under the same key is refused. */
  readonly requestHash: string;
  readonly status: number;
  readonly bodyJson: string;
  readonly location: string | null;
  readonly createdAt: EpochMs;
}

/** Port: answers already given, by scope and key. They are written by what they guard, in its transaction. */
export abstract class IdempotencyRepository {
  /** The record, unless it is older than 24 h. */
  abstract find(scope: string, key: string): Promise<IdempotencyRecord | undefined>;
  /** Deletes records created before `before`. */
  abstract purge(before: EpochMs): Promise<void>;
}

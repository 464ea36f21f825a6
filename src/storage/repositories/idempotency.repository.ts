import { type EpochMs, epochMs } from '../../executor/core/index.js';

/** How long a key is kept. */
const WINDOW_MS = 24 * 60 * 60 * 1_000;

/** Records of this moment or before have expired. */
export function idempotencyHorizon(now: EpochMs): EpochMs {
  return epochMs(now - WINDOW_MS);
}

/** The first answer to a request that carried an `Idempotency-Key`, kept to be given again. */
export interface IdempotencyRecord {
  /** Caller, route and namespace: the same key in another scope is another record. */
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
  /** The record, unless it is 24 h old at `now` or older. */
  abstract find(scope: string, key: string, now: EpochMs): Promise<IdempotencyRecord | undefined>;
  /** Deletes records created before `before`. */
  abstract purge(before: EpochMs): Promise<void>;
}

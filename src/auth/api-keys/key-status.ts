import type { EpochMs } from '../../executor/core/index.js';
import type { StoredApiKey } from '../../storage/index.js';

export const KEY_STATUSES = ['active', 'expired', 'revoked'] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

/** Whether a key is one at `now`, and if not, why. */
export function keyStatus({ revokedAt, expiresAt }: StoredApiKey, now: EpochMs): KeyStatus {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active';
}

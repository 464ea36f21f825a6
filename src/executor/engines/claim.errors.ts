import { type Lease, leaseOwnerText } from '../../storage/index.js';
import type { Member } from './database-claim.js';

/** A process that must be alone runs on this database. */
export class DatabaseOwnedError extends Error {
  override readonly name = 'DatabaseOwnedError';
  constructor(readonly lease: Lease) {
    super(
      `the database is in use by the process ${leaseOwnerText(lease.owner)}: stop it first, give this one a DATABASE__URL of ` +
        'its own, or start with --wait to take over when the other has gone',
    );
  }
}

/** A fleet runs on this database, beside which no embedded engine may. */
export class FleetOnDatabaseError extends Error {
  override readonly name = 'FleetOnDatabaseError';
  constructor(readonly members: readonly [Member, ...Member[]]) {
    const [{ id, role }, ...others] = members;
    const beside = others.length === 0 ? '' : ` and ${others.length} more`;
    super(
      `the database is in use by a fleet, of the process ${leaseOwnerText(id)} (${role})${beside}: join it with ` +
        'EXECUTION__ENGINE=bullmq, stop it first, give this one a DATABASE__URL of its own, or start with --wait',
    );
  }
}

/** Other processes work on the database with another queue. */
export class OtherQueueError extends Error {
  override readonly name = 'OtherQueueError';
  constructor({ backend, prefix }: { readonly backend: string; readonly prefix: string }) {
    super(
      `QUEUE__PREFIX, QUEUE__BACKEND: got ${JSON.stringify(prefix)} and ${JSON.stringify(backend)}, but processes that run on the ` +
        'database have another queue: give all of them the same, or stop those first (one that crashed is believed for six times QUEUE__SWEEP_SEC)',
    );
  }
}

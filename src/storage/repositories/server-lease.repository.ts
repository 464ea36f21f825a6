import type { EpochMs } from '../../executor/core/index.js';
import type { ServerDatabase, Statements } from '../server/server-database.js';
import { type Lease, type LeaseRequest, LeaseRepository } from './lease.repository.js';

const CURRENT = 'SELECT "owner", "expires_at" AS "expiresAt" FROM "process_lease" WHERE "id" = 1';

/** The lease row is read and written in one transaction that locks it from its first statement on. */
export class ServerLeaseRepository extends LeaseRepository {
  private readonly insertion: string;

  constructor(private readonly database: ServerDatabase) {
    super();
    this.insertion = database.dialect.unlessExists(
      'INSERT INTO "process_lease" ("id", "owner", "expires_at") VALUES (1, ?, ?)',
    );
  }

  override acquire(request: LeaseRequest): Promise<Lease> {
    const { owner, expiresAt } = request;
    return this.database.transaction((tx) => this.takeOrYield(tx, request), {
      isStored: async (tx) => {
        const [lease] = await tx.query<Lease>(CURRENT);
        return lease?.owner === owner && lease.expiresAt === expiresAt;
      },
    });
  }

  override async release(owner: string): Promise<void> {
    await this.database.transaction((tx) => tx.change('DELETE FROM "process_lease" WHERE "owner" = ?', [owner]), {
      isStored: async (tx) => (await tx.query<Lease>(CURRENT))[0]?.owner !== owner,
    });
  }

  override fence(owner: string, onLost: (lease: Lease | undefined) => void): void {
    this.database.fenceWith(owner, onLost);
  }

  private async takeOrYield(tx: Statements, { owner, expiresAt, replaces }: LeaseRequest): Promise<Lease> {
    // Another process may take a free lease between the two statements: then it is there to be seen.
    const current =
      (await currentLease(tx)) ?? ((await this.insert(tx, owner, expiresAt)) ? undefined : await currentLease(tx));
    if (current === undefined) return { owner, expiresAt };
    const isGone = current.owner === replaces?.owner && current.expiresAt === replaces.expiresAt;
    if (current.owner !== owner && !isGone) return current;
    await tx.change('UPDATE "process_lease" SET "owner" = ?, "expires_at" = ? WHERE "id" = 1', [owner, expiresAt]);
    return { owner, expiresAt };
  }

  private async insert(tx: Statements, owner: string, expiresAt: EpochMs): Promise<boolean> {
    return (await tx.change(this.insertion, [owner, expiresAt])) === 1;
  }
}

async function currentLease(tx: Statements): Promise<Lease | undefined> {
  return (await tx.query<Lease>(`${CURRENT} FOR UPDATE`))[0];
}

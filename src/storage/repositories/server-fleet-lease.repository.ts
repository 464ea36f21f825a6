import type { ServerDatabase } from '../server/server-database.js';
import { FleetLeaseRepository } from './fleet-lease.repository.js';

export class ServerFleetLeaseRepository extends FleetLeaseRepository {
  private readonly insertion: string;
  private readonly renewal: string;
  private readonly expired: string;

  constructor(private readonly database: ServerDatabase) {
    super();
    const now =
      database.dialect.name === 'postgres'
        ? 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)'
        : 'CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)';
    this.insertion = database.dialect.unlessExists(
      'INSERT INTO "fleet_leases" ("name", "owner", "expires_at") VALUES (?, ?, 0)',
    );
    this.expired = `DELETE FROM "fleet_leases" WHERE "expires_at" < ${now} - ?`;
    this.renewal = `UPDATE "fleet_leases" SET "owner" = ?, "expires_at" = ${now} + ?
      WHERE "name" = ? AND ("owner" = ? OR "expires_at" < ${now})`;
  }

  override acquire(name: string, owner: string, ttlMs: number): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const renew = async (): Promise<boolean> => (await tx.change(this.renewal, [owner, ttlMs, name, owner])) === 1;
      if (await renew()) return true;
      // Whoever inserted it meanwhile may be of the same owner.
      await tx.change(this.insertion, [name, owner]);
      return renew();
    });
  }

  override async release(name: string, owner: string): Promise<void> {
    await this.database.transaction((tx) =>
      tx.change('DELETE FROM "fleet_leases" WHERE "name" = ? AND "owner" = ?', [name, owner]),
    );
  }

  override async forgetExpired(ageMs: number): Promise<void> {
    await this.database.transaction((tx) => tx.change(this.expired, [ageMs]));
  }
}

import type { EpochMs } from '../../../executor/core/index.js';
import type { DialectName } from '../../database-url.js';
import {
  type FleetMember,
  FleetMemberRepository,
  type SeenMember,
} from '../../repositories/fleet-member.repository.js';
import type { Lease } from '../../repositories/lease.repository.js';
import type { ServerDatabase } from '../server-database.js';

/** Now, on the clock of the server, in milliseconds since 1970. */
const NOW: Readonly<Record<DialectName, string>> = {
  postgres: 'CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)',
  mysql: "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000",
};

/** In a table beside the lease of embedded processes. */
export class ServerFleetMemberRepository extends FleetMemberRepository {
  private readonly sql: ReturnType<typeof statements>;

  constructor(private readonly database: ServerDatabase) {
    super();
    this.sql = statements(database);
  }

  override async now(): Promise<EpochMs> {
    const rows = await this.database.read<{ readonly now: EpochMs }>(this.sql.now);
    const [row] = rows;
    if (row === undefined) throw new Error('the database does not know what time it is');
    return row.now;
  }

  override async beat({ id, role, version, startedAt, liveRuns, pools }: FleetMember): Promise<void> {
    await this.change(this.sql.beat, [id, role, version, startedAt, liveRuns, pools.join(' ')]);
  }

  override async leave(id: string): Promise<void> {
    await this.change('DELETE FROM "fleet_members" WHERE "member_id" = ?', [id]);
  }

  override async forgetSilent(silentMs: number): Promise<void> {
    await this.change(this.sql.forgetSilent, [silentMs]);
  }

  override async list(): Promise<readonly SeenMember[]> {
    const rows = await this.database.read<Omit<SeenMember, 'pools'> & { readonly pools: string }>(this.sql.list);
    return rows.map((row) => ({ ...row, pools: row.pools.split(' ').filter((pool) => pool !== '') }));
  }

  override async embeddedLease(): Promise<Lease | undefined> {
    const leases = await this.database.read<Lease>(
      'SELECT "owner", "expires_at" AS "expiresAt" FROM "process_lease" WHERE "id" = 1',
    );
    return leases[0];
  }

  override async clearLease({ owner, expiresAt }: Lease): Promise<void> {
    await this.change('DELETE FROM "process_lease" WHERE "owner" = ? AND "expires_at" = ?', [owner, expiresAt]);
  }

  private async change(sql: string, params: readonly (string | number)[]): Promise<void> {
    await this.database.transaction((tx) => tx.change(sql, params));
  }
}

function statements({ dialect }: ServerDatabase) {
  const now = NOW[dialect.name];
  const columns = ['member_id', 'role', 'version', 'started_at', 'live_runs', 'pools'];
  const names = [...columns, 'heartbeat_at'].map((column) => `"${column}"`).join(', ');
  const values = [...columns.map(() => '?'), now].join(', ');
  const update = dialect.onConflictUpdate(['member_id'], ['live_runs', 'heartbeat_at']);
  return {
    now: `SELECT ${now} AS "now"`,
    beat: `INSERT INTO "fleet_members" (${names}) VALUES (${values}) ${update}`,
    forgetSilent: `DELETE FROM "fleet_members" WHERE "heartbeat_at" < ${now} - ?`,
    list:
      'SELECT "member_id" AS "id", "role", "version", "started_at" AS "startedAt", "live_runs" AS "liveRuns", "pools" AS "pools", ' +
      `GREATEST(0, ${now} - "heartbeat_at") AS "silentMs" FROM "fleet_members" ORDER BY "started_at", "member_id"`,
  };
}

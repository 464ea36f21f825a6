import type { ServerLocation } from '../database-url.js';
import { maskedUrl } from '../masked-url.js';
import { RawDatabase, type RawIdentity, type RawStatements } from '../maintenance/raw-database.js';
import type { Param } from '../param.js';
import type { SeenMember } from '../repositories/fleet-member.repository.js';
import type { StorageDataSource } from '../storage-data-source.js';
import type { StorageOptions } from '../storage-options.js';
import { ServerFleetMemberRepository } from './members/server-fleet-member.repository.js';
import { connectServer } from './open-server-data-source.js';
import { serverDatabase } from './server-adapters.js';
import { serverDataSourceOptions } from './server-data-source-options.js';
import type { ServerDatabase } from './server-database.js';

/** To count a large table takes minutes. */
const STATEMENT_TIMEOUT_SEC = 3_600;
/** A copy has the database to itself, and reads, checks and turns large rows while one of its pages is being written. */
const IDLE_TRANSACTION_SEC = 120;

/** The database of a server. */
export class ServerRawDatabase extends RawDatabase {
  private constructor(
    private readonly dataSource: StorageDataSource,
    private readonly database: ServerDatabase,
    override readonly identity: RawIdentity,
    override readonly maxStatementBytes: number | undefined,
  ) {
    super();
  }

  /** @throws {DatabaseOpenError} if the server cannot be reached or refuses. */
  static async open(location: ServerLocation, options: StorageOptions): Promise<ServerRawDatabase> {
    const dataSource = await connectServer(serverDataSourceOptions(location, options));
    try {
      const patient = { ...options, connectionTimeoutSec: STATEMENT_TIMEOUT_SEC };
      const database = serverDatabase(dataSource, patient, IDLE_TRANSACTION_SEC);
      const { server, maxBytes } = await describe(database);
      const identity = { kind: location.dialect, name: maskedUrl(location.url), server };
      return new ServerRawDatabase(dataSource, database, identity, maxBytes);
    } catch (error) {
      await dataSource.destroy();
      throw error;
    }
  }

  override query<Row extends object>(sql: string, params?: readonly Param[]): Promise<Row[]> {
    return this.database.read<Row>(sql, params);
  }

  override change(sql: string, params?: readonly Param[]): Promise<number> {
    return this.database.transaction((tx) => tx.change(sql, params));
  }

  override transaction<Result>(work: (tx: RawStatements) => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  override async hasTable(name: string): Promise<boolean> {
    const schema = this.identity.kind === 'postgres' ? 'current_schema()' : 'DATABASE()';
    const rows = await this.query(
      `SELECT 1 AS "one" FROM information_schema.tables WHERE table_schema = ${schema} AND table_name = ?`,
      [name],
    );
    return rows.length > 0;
  }

  override async members(): Promise<readonly SeenMember[]> {
    if (!(await this.hasTable('fleet_members'))) return [];
    return new ServerFleetMemberRepository(this.database).list();
  }

  override async bytes(): Promise<number> {
    const sql =
      this.identity.kind === 'postgres'
        ? 'SELECT pg_database_size(current_database()) AS "bytes"'
        : 'SELECT SUM(data_length + index_length) AS "bytes" FROM information_schema.tables WHERE table_schema = DATABASE()';
    const [row] = await this.query<{ readonly bytes: number | string | null }>(sql);
    return Number(row?.bytes ?? 0);
  }

  override async analyze(tables: readonly string[]): Promise<void> {
    const names = tables.map((table) => `"${table}"`).join(', ');
    await this.query(this.identity.kind === 'postgres' ? `ANALYZE ${names}` : `ANALYZE TABLE ${names}`);
  }

  override close(): Promise<void> {
    return this.dataSource.destroy();
  }
}

async function describe(database: ServerDatabase): Promise<{ readonly server: string; readonly maxBytes?: number }> {
  if (database.dialect.name === 'postgres') {
    const [row] = await database.read<{ readonly version: string }>(
      `SELECT current_setting('server_version') AS "version"`,
    );
    return { server: `PostgreSQL ${firstWord(row?.version)}` };
  }
  const [row] = await database.read<{ readonly version: string; readonly maxBytes: number }>(
    'SELECT VERSION() AS "version", @@max_allowed_packet AS "maxBytes"',
  );
  const product = /mariadb/i.test(row?.version ?? '') ? 'MariaDB' : 'MySQL';
  return { server: `${product} ${firstWord(row?.version)}`, maxBytes: Number(row?.maxBytes) };
}

/** `15.4` of `15.4 (Debian 15.4-1)` and `10.11.4` of `10.11.4-MariaDB-1`, before which some servers say `5.5.5-`. */
function firstWord(version = ''): string {
  return /^(?:5\.5\.5-)?([\d.]+)/.exec(version)?.[1] ?? version;
}

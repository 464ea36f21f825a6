import { StorageStatistics, type StoredRuns } from '../storage-statistics.js';
import type { ServerDatabase } from './server-database.js';

/** Counting a million runs takes the server some tenths of a second: not oftener than this. */
const COUNT_EVERY_MS = 60_000;

/** Every process asks for itself. */
const POSTGRES = {
  // What the server keeps for its planner, up to date after each vacuum and analysis.
  events: `SELECT GREATEST("reltuples", 0)::bigint AS "events" FROM "pg_class" WHERE "oid" = '"run_events"'::regclass`,
  bytes: 'SELECT pg_database_size(current_database()) AS "total", 0 AS "free"',
};
const MYSQL = {
  events: `SELECT table_rows AS "events" FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name = 'run_events'`,
  bytes: `SELECT CAST(COALESCE(SUM(data_length + index_length), 0) AS SIGNED) AS "total",
      CAST(COALESCE(SUM(data_free), 0) AS SIGNED) AS "free"
    FROM information_schema.tables WHERE table_schema = DATABASE()`,
};

/** Asks the server when it is asked, and at no other time. */
export class ServerStatistics extends StorageStatistics {
  private readonly sql: typeof POSTGRES;
  private counted: { readonly at: number; readonly runs: readonly StoredRuns[] } | undefined;

  constructor(private readonly database: ServerDatabase) {
    super();
    this.sql = database.dialect.name === 'postgres' ? POSTGRES : MYSQL;
  }

  override async runs(): Promise<readonly StoredRuns[]> {
    const now = performance.now();
    if (this.counted === undefined || now - this.counted.at > COUNT_EVERY_MS) {
      const runs = await this.database.read<StoredRuns>(
        'SELECT "status" AS "status", count(*) AS "runs" FROM "runs" GROUP BY "status"',
      );
      this.counted = { at: now, runs };
    }
    return this.counted.runs;
  }

  override async events(): Promise<number> {
    const [row] = await this.database.read<{ readonly events: number }>(this.sql.events);
    return row?.events ?? 0;
  }

  override async bytes(): Promise<{ readonly total: number; readonly free: number }> {
    const [row] = await this.database.read<{ readonly total: number; readonly free: number }>(this.sql.bytes);
    return row ?? { total: 0, free: 0 };
  }

  /** Of the disk of another host nothing is known here. */
  override freeDiskBytes(): Promise<number | undefined> {
    return Promise.resolve(undefined);
  }
}

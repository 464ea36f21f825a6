import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StorageStatistics, type StoredRuns } from '../storage-statistics.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** Counting a million runs takes some tens of milliseconds, for which nothing else happens: not oftener than this. */
const COUNT_EVERY_MS = 60_000;

/** Asks SQLite when it is asked, and at no other time. */
export class SqliteStatistics extends StorageStatistics {
  private readonly sql: ReturnType<typeof prepareStatements>;
  private counted: { readonly at: number; readonly runs: readonly StoredRuns[] } | undefined;

  constructor(private readonly database: SqliteDatabase) {
    super();
    this.sql = prepareStatements(database);
  }

  override async runs(): Promise<readonly StoredRuns[]> {
    const now = performance.now();
    if (this.counted === undefined || now - this.counted.at > COUNT_EVERY_MS) {
      this.counted = { at: now, runs: await this.database.read(() => this.sql.runsByStatus.all()) };
    }
    return this.counted.runs;
  }

  override events(): Promise<number> {
    return this.database.read(() => this.sql.events.get()?.events ?? 0);
  }

  override bytes(): Promise<{ readonly total: number; readonly free: number }> {
    return this.database.read(() => {
      const pageSize = this.number('page_size');
      return { total: this.number('page_count') * pageSize, free: this.number('freelist_count') * pageSize };
    });
  }

  override async freeDiskBytes(): Promise<number | undefined> {
    const { name, memory } = this.database.handle;
    if (memory) return undefined;
    const { bavail, bsize } = await statfs(dirname(name));
    return bavail * bsize;
  }

  private number(pragma: 'page_size' | 'page_count' | 'freelist_count'): number {
    return Number(this.database.handle.pragma(pragma, { simple: true }));
  }
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const runsByStatus = database.prepare<[], StoredRuns>('SELECT status, count(*) AS runs FROM runs GROUP BY status');
  // From both ends of the table: counting its rows would read all of them.
  const events = database.prepare<[], { readonly events: number | null }>(
    'SELECT (SELECT max(rowid) FROM run_events) - (SELECT min(rowid) FROM run_events) + 1 AS events',
  );
  return { runsByStatus, events };
}

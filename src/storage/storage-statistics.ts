import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { RunStatus } from '../executor/core/index.js';
import { SqliteDatabase } from './sqlite/sqlite-database.js';

/** Counting a million runs takes some tens of milliseconds, for which nothing else happens: not oftener than this. */
const COUNT_EVERY_MS = 60_000;

export interface StoredRuns {
  readonly status: RunStatus;
  readonly runs: number;
}

/** How much the database holds. It is looked up when it is asked for, and at no other time. */
@Injectable()
export class StorageStatistics {
  private readonly sql: ReturnType<typeof prepareStatements>;
  private counted: { readonly at: number; readonly runs: readonly StoredRuns[] } | undefined;

  constructor(private readonly database: SqliteDatabase) {
    this.sql = prepareStatements(database);
  }

  /** Runs by status, counted within the last minute. @throws {JournalUnavailableError} */
  async runs(): Promise<readonly StoredRuns[]> {
    const now = performance.now();
    if (this.counted === undefined || now - this.counted.at > COUNT_EVERY_MS) {
      this.counted = { at: now, runs: await this.database.read(() => this.sql.runsByStatus.all()) };
    }
    return this.counted.runs;
  }

  /** Events, those of deleted runs among newer ones included. @throws {JournalUnavailableError} */
  events(): Promise<number> {
    return this.database.read(() => this.sql.events.get()?.events ?? 0);
  }

  /** Bytes of the database, without its write-ahead log, and those in it that hold nothing. @throws {JournalUnavailableError} */
  bytes(): Promise<{ readonly total: number; readonly free: number }> {
    return this.database.read(() => {
      const pageSize = this.number('page_size');
      return { total: this.number('page_count') * pageSize, free: this.number('freelist_count') * pageSize };
    });
  }

  /** Bytes that this user may still write to the disk of the database; undefined for one in memory. */
  async freeDiskBytes(): Promise<number | undefined> {
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

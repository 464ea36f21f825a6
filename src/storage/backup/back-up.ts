import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { DatabaseOpenError } from '../storage.errors.js';
import { parseDatabaseUrl } from '../database-url.js';
import { unavailability } from '../sqlite/sqlite-failure.js';

/** What comes with each server for it. */
const DUMPS = { postgres: 'pg_dump', mysql: 'mysqldump or mariadb-dump' } as const;

export interface BackUpRequest {
  /** `DATABASE__URL` of what is to be backed up. */
  readonly url: string;
  /** The file to be made; it must not exist. */
  readonly to: string;
}

export interface BackUp {
  readonly bytes: number;
  readonly runs: number;
}

/** A back-up cannot be made; nothing was left behind. */
export class BackUpError extends Error {
  override readonly name = 'BackUpError';
}

/**
 * Copies the database as it is at one moment, while a service may be writing to it, and checks the copy. The file appears under its
 * name when it is whole and on the disk. The service goes on meanwhile; its write-ahead log grows until the copy is made.
 *
 * @throws {BackUpError} if the database is in memory, the file exists, or the copy cannot be written or is not sound.
 * @throws {DatabaseOpenError} if there is no database or it cannot be read.
 * @throws {DatabaseUrlError}
 */
export function backUp({ url, to }: BackUpRequest): BackUp {
  const location = parseDatabaseUrl(url);
  if (location.kind === 'memory') throw new BackUpError('a database in memory cannot be backed up by another process');
  if (location.kind === 'server')
    throw new BackUpError(`a database server is backed up with ${DUMPS[location.dialect]}`);
  const target = resolve(to);
  if (existsSync(target)) throw new BackUpError(`${target} exists: name a file that does not`);
  const partial = `${target}.partial-${process.pid}`;
  try {
    copyTo(resolve(location.path), partial);
    const runs = checkedRuns(partial);
    syncFile(partial);
    // Unlike a renaming, a link never replaces a file that has come meanwhile.
    linkSync(partial, target);
    syncFile(dirname(target));
    return { bytes: statSync(target).size, runs };
  } catch (error) {
    if (error instanceof BackUpError || error instanceof DatabaseOpenError) throw error;
    const reason = unavailability(error) ?? (error instanceof Error ? error.message : String(error));
    throw new BackUpError(`the back-up could not be written to ${target}: ${reason}`, { cause: error });
  } finally {
    rmSync(partial, { force: true });
  }
}

/** In one read transaction: a copy made page by page would begin again with every commit of the service. */
function copyTo(path: string, partial: string): void {
  if (!existsSync(path)) throw new DatabaseOpenError(`DATABASE__URL: there is no database at ${path}`);
  const source = openReadOnly(path);
  try {
    source.prepare('VACUUM INTO ?').run(partial);
  } finally {
    source.close();
  }
}

function openReadOnly(path: string): BetterSqlite3.Database {
  try {
    const source = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
    source.prepare('SELECT count(*) FROM sqlite_schema').get();
    return source;
  } catch (error) {
    const reason = unavailability(error) ?? String(error);
    throw new DatabaseOpenError(`DATABASE__URL: ${path} cannot be read: ${reason}`, { cause: error });
  }
}

/** The number of runs in the copy. Its lease is left out: whoever restores it has nobody to wait for. */
function checkedRuns(partial: string): number {
  const copy = new BetterSqlite3(partial);
  try {
    const verdict = copy.pragma('integrity_check', { simple: true });
    if (verdict !== 'ok') throw new BackUpError('the copy is not sound: the database itself is damaged');
    copy.exec('DELETE FROM process_lease');
    return Number(copy.prepare('SELECT count(*) FROM runs').pluck().get());
  } finally {
    copy.close();
  }
}

function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

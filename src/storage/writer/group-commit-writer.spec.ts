import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import BetterSqlite3 from 'better-sqlite3';
import { dataSourceOptions } from '../sqlite/data-source-options.js';
import { openDataSource } from '../sqlite/open-data-source.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import type { StorageDataSource } from '../storage-data-source.js';
import { JournalBusyError, JournalUnavailableError } from '../storage.errors.js';
import { SqliteHealth } from '../sqlite/sqlite-health.js';
import { DEFAULT_WRITER_LIMITS, GroupCommitWriter, type WriterOptions } from './group-commit-writer.js';
import type { WriteUnit } from './write-unit.js';

describe('the group commit writer', () => {
  let folder: string;
  let path: string;
  let dataSource: StorageDataSource;
  let database: SqliteDatabase;

  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wand-writer-'));
    path = join(folder, 'wand.db');
    const options = {
      url: `sqlite:///${path}`,
      synchronous: 'normal',
      echoSql: false,
      connectionTimeoutSec: 5,
    } as const;
    dataSource = await openDataSource(dataSourceOptions(options));
    database = new SqliteDatabase(dataSource);
    database.handle.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)');
  });
  afterEach(async () => {
    await dataSource.destroy();
    await rm(folder, { recursive: true });
  });

  const createWriter = (changes: Partial<WriterOptions> = {}) =>
    new GroupCommitWriter(database, { ...DEFAULT_WRITER_LIMITS, lockTimeoutMs: 5_000, ...changes });
  const note = (id: number, text = 'note', changes: Partial<WriteUnit<number>> = {}): WriteUnit<number> => ({
    apply: () => {
      database.handle.prepare('INSERT INTO notes (id, text) VALUES (?, ?)').run(id, text);
      return id;
    },
    rows: 1,
    bytes: text.length,
    isRefusable: false,
    ...changes,
  });
  const notes = () => database.handle.prepare('SELECT id FROM notes ORDER BY id').pluck().all();
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const outcomesOf = async (promises: Promise<unknown>[]) =>
    (await Promise.allSettled(promises)).map((result) => (result.status === 'fulfilled' ? 'stored' : 'failed'));

  it('commits a lone unit at once and resolves with what it returned', async () => {
    const writer = createWriter();
    await expect(writer.submit(note(1))).resolves.toBe(1);
    expect(notes()).toEqual([1]);
    expect(writer.stats).toEqual({ flushes: 1, units: 1, rows: 1, failed: 0, unavailable: 0, fenced: 0, waiting: 0 });
  });

  it('commits all units of a moment together', async () => {
    const writer = createWriter();
    await Promise.all(numbers(300).map((id) => writer.submit(note(id))));
    expect(notes()).toHaveLength(300);
    expect(writer.stats).toMatchObject({ flushes: 1, units: 300, rows: 300 });
  });

  it('writes no more at once than a flush may hold, and lets the event loop turn in between', async () => {
    const writer = createWriter({ maxFlush: { units: 100, bytes: 1_000_000 } });
    let turns = 0;
    const count = (): void => {
      turns += 1;
      if (writer.stats.waiting > 0) setImmediate(count);
    };
    const all = Promise.all(numbers(300).map((id) => writer.submit(note(id))));
    setImmediate(count);
    await all;
    expect(writer.stats.flushes).toBe(3);
    expect(turns).toBe(2);
  });

  it('applies units in the order in which they came', async () => {
    const writer = createWriter({ maxFlush: { units: 2, bytes: 1_000_000 } });
    const order: number[] = [];
    const record = (id: number) => ({ ...note(id), apply: () => order.push(id) });
    await Promise.all(numbers(7).map((id) => writer.submit(record(id))));
    expect(order).toEqual(numbers(7));
  });

  it('fails the guilty unit alone, with its own error', async () => {
    const writer = createWriter();
    const guilty = note(3, 'x', {
      apply: () => {
        database.handle.exec(`INSERT INTO notes VALUES (99, 'half of the work')`);
        throw new RangeError('guilty');
      },
    });
    const promises = [writer.submit(note(1)), writer.submit(guilty), writer.submit(note(2)), writer.submit(note(1))];
    expect(await outcomesOf(promises)).toEqual(['stored', 'failed', 'stored', 'failed']);
    await expect(promises[1]).rejects.toThrow(new RangeError('guilty'));
    await expect(promises[3]).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' });
    expect(notes()).toEqual([1, 2]);
    expect(writer.stats).toMatchObject({ units: 2, failed: 2, unavailable: 0 });
    expect(writer.failure).toBeUndefined();
  });

  it('fails what a full disk cannot hold, and stores again when there is room', async () => {
    const writer = createWriter();
    const health = new SqliteHealth(database, writer);
    await writer.submit(note(1));
    const pages = Number(database.handle.pragma('page_count', { simple: true }));
    database.handle.pragma(`max_page_count = ${pages}`);
    const large = 'x'.repeat(100_000);

    const results = await outcomesOf([
      writer.submit(note(2, large)),
      writer.submit(note(3)),
      writer.submit(note(4, large)),
    ]);
    expect(results).toEqual(['failed', 'stored', 'failed']);
    await expect(writer.submit(note(5, large))).rejects.toThrow('the database is unavailable: the disk is full');
    expect(writer.failure).toBeInstanceOf(JournalUnavailableError);
    expect(writer.stats).toMatchObject({ failed: 3, unavailable: 3 });
    await expect(health.check()).rejects.toBeInstanceOf(JournalUnavailableError);

    database.handle.pragma('max_page_count = 1000000');
    await health.check();
    expect(writer.failure).toBeUndefined();
    await writer.submit(note(5, large));
    expect(notes()).toEqual([1, 3, 5]);
  });

  it('waits for another process that holds the lock, without blocking this one', async () => {
    const writer = createWriter();
    const other = new BetterSqlite3(path);
    other.exec('BEGIN IMMEDIATE');
    const stored = Promise.all([writer.submit(note(1)), writer.submit(note(2))]);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(notes()).toEqual([]);
    expect(writer.stats.waiting).toBe(2);
    other.exec('COMMIT');
    await stored;
    expect(notes()).toEqual([1, 2]);
    expect(writer.stats).toMatchObject({ flushes: 1, failed: 0 });
    other.close();
  });

  it('gives up when the lock lasts too long, and goes on after it', async () => {
    const writer = createWriter({ lockTimeoutMs: 0 });
    const other = new BetterSqlite3(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(writer.submit(note(1))).rejects.toThrow('another process has locked the database');
    other.exec('ROLLBACK');
    other.close();
    await writer.submit(note(2));
    expect(notes()).toEqual([2]);
  });

  it('refuses what may come again later while too much waits, but never an append', async () => {
    const byUnits = createWriter({ maxWaiting: { units: 2, bytes: 1_000_000 } });
    const refusable = { isRefusable: true };
    const promises = [
      byUnits.submit(note(1, 'x', refusable)),
      byUnits.submit(note(2)),
      byUnits.submit(note(3, 'x', refusable)),
      byUnits.submit(note(4)),
    ];
    expect(await outcomesOf(promises)).toEqual(['stored', 'stored', 'failed', 'stored']);
    await expect(promises[2]).rejects.toBeInstanceOf(JournalBusyError);
    await byUnits.submit(note(5, 'x', refusable));

    const byBytes = createWriter({ maxWaiting: { units: 100, bytes: 10 } });
    const large = byBytes.submit(note(6, 'x'.repeat(50), refusable));
    await expect(byBytes.submit(note(7, 'x', refusable))).rejects.toBeInstanceOf(JournalBusyError);
    await large;
    expect(notes()).toEqual([1, 2, 4, 5, 6]);
  });

  it('writes what waits when it is closed, then refuses', async () => {
    const writer = createWriter({ maxFlush: { units: 2, bytes: 1_000_000 } });
    const stored = Promise.all(numbers(5).map((id) => writer.submit(note(id))));
    const closed = writer.close();
    await expect(writer.submit(note(6))).rejects.toBeInstanceOf(JournalUnavailableError);
    await closed;
    expect(notes()).toEqual([1, 2, 3, 4, 5]);
    await stored;
    await writer.close();
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { openStorage } from '../../../test/contract/open-storage.js';
import { HERE, NOON } from '../../../test/contract/storage-under-test.js';
import { graphId, namespace, runId } from '../../executor/core/index.js';
import { dataSourceOptions } from '../sqlite/data-source-options.js';
import { openDataSource } from '../sqlite/open-data-source.js';
import { sqliteHandle } from '../sqlite/sqlite-handle.js';
import { DatabaseTooNewError, MigrationBlockedError } from '../storage.errors.js';
import { MIGRATIONS_TABLE } from './migrate.js';
import { MIGRATIONS } from './migrations.js';

describe('the schema of the database', () => {
  const options = (url: string) =>
    dataSourceOptions({ url, synchronous: 'normal', echoSql: false, connectionTimeoutSec: 5 });

  /** Every table with its columns, keys and indexes, as SQLite itself describes them. */
  const catalogOf = (dataSource: DataSource): unknown => {
    const handle = sqliteHandle(dataSource);
    const tables = handle.pragma('table_list') as { name: string; wr: number }[];
    const names = (rows: unknown) => (rows as { name: string }[]).map(({ name }) => name).sort();
    return tables
      .filter(({ name }) => !name.startsWith('sqlite_') && name !== MIGRATIONS_TABLE)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, wr }) => ({
        name,
        isWithoutRowid: wr === 1,
        columns: handle.pragma(`table_xinfo(${name})`),
        foreignKeys: handle.pragma(`foreign_key_list(${name})`),
        indexes: names(handle.pragma(`index_list(${name})`)).map((index) => ({
          index,
          columns: handle.pragma(`index_xinfo(${index})`),
        })),
      }));
  };

  it('is the same from the migrations and from the entities', async () => {
    const migrated = await openDataSource(options('sqlite::memory:'));
    const described = await new DataSource(options('sqlite::memory:')).initialize();
    await described.synchronize();
    expect(catalogOf(migrated)).toEqual(catalogOf(described));
    expect((await migrated.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
    await Promise.all([migrated.destroy(), described.destroy()]);
  });

  it('is migrated once, and found up to date from then on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wand-schema-'));
    const url = `sqlite:///${join(folder, 'wand.db')}`;
    for (const start of ['first', 'second']) {
      const dataSource = await openDataSource(options(url));
      const applied = sqliteHandle(dataSource)
        .prepare(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY id`)
        .pluck()
        .all();
      expect([start, ...applied]).toEqual([start, ...MIGRATIONS.map(({ name }) => name)]);
      await dataSource.destroy();
    }
    await rm(folder, { recursive: true });
  });

  it('keeps the runs of an older program, which retry none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wand-schema-'));
    const url = `sqlite:///${join(folder, 'wand.db')}`;
    const older = await openDataSource({ ...options(url), migrations: MIGRATIONS.slice(0, 1) });
    sqliteHandle(older).exec(`
      INSERT INTO graphs VALUES ('g', 'graph', 1, 0, 0, NULL);
      INSERT INTO graph_versions VALUES ('g', 1, 'graph', 0, '{}');
      INSERT INTO runs VALUES ('r', 'SUCCESS', 100, 5, 0, 'g', 1, 'graph', 0, 0, 0, '{}', '{}', NULL, '{}', '[]')`);
    await older.destroy();
    const upgraded = await openDataSource(options(url));
    const rows = sqliteHandle(upgraded).prepare('SELECT run_id, nodes, retry_of, root_run_id FROM runs').all();
    expect(rows).toEqual([{ run_id: 'r', nodes: '[]', retry_of: null, root_run_id: null }]);
    await upgraded.destroy();
    await rm(folder, { recursive: true });
  });

  it('has what an older program stored in the default namespace', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wand-schema-'));
    const url = `sqlite:///${join(folder, 'wand.db')}`;
    const older = await openDataSource({ ...options(url), migrations: MIGRATIONS.slice(0, 3) });
    sqliteHandle(older).exec(`
      INSERT INTO graphs VALUES ('g', 'graph', 1, 0, 0, NULL);
      INSERT INTO graph_versions VALUES ('g', 1, 'graph', 0, '{}');
      INSERT INTO runs SELECT 'r' || value, 'SUCCESS', 100, 5, 0, 'g', 1, 'graph', 0, 0, 0, '{"team":"x"}', '{}', NULL, '{}',
        '[]', NULL, NULL, NULL FROM json_each('[1, 2, 3]');
      INSERT INTO run_labels SELECT 'team', 'x', run_id FROM runs;
      INSERT INTO idempotency_keys VALUES ('anonymous POST /runs', 'k', 'hash', 202, '/runs/r1', ${NOON}, '{}');
      UPDATE runs SET deleted_at = 1 WHERE run_id = 'r2'`);
    await older.destroy();

    const storage = await openStorage(url);
    const runs = await storage.runs.list(HERE, { limit: 9 });
    expect(runs).toMatchObject([
      { runId: 'r3', namespace: HERE },
      { runId: 'r1', namespace: HERE },
    ]);
    expect(await storage.runs.list(HERE, { limit: 9, labels: [['team', 'x']] })).toEqual(runs);
    expect(await storage.runs.list(HERE, { limit: 9, graphId: graphId('g') })).toEqual(runs);
    expect(await storage.runs.find(HERE, runId('r1'))).toEqual(runs[1]);
    expect(await storage.runs.list(namespace('elsewhere'), { limit: 9 })).toEqual([]);
    expect(await storage.graphs.list(HERE, { limit: 9 })).toMatchObject([{ graphId: 'g', namespace: HERE }]);
    expect(await storage.idempotency.find('anonymous POST /runs', 'k', NOON)).toMatchObject({ location: '/runs/r1' });
    while ((await storage.removals.clear()).hasMore);
    expect(await storage.allRuns.findInAnyNamespace(runId('r2'))).toBeUndefined();
    await storage.close();
    await rm(folder, { recursive: true });
  });

  it('of a newer program is refused, naming both versions, and left alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wand-schema-'));
    const url = `sqlite:///${join(folder, 'wand.db')}`;
    const newer = await openDataSource(options(url));
    sqliteHandle(newer).exec(
      `INSERT INTO ${MIGRATIONS_TABLE} (timestamp, name) VALUES (4102444800000, 'AddWonders4102444800000')`,
    );
    await newer.destroy();
    const refusal = openDataSource(options(url));
    await expect(refusal).rejects.toBeInstanceOf(DatabaseTooNewError);
    await expect(refusal).rejects.toMatchObject({
      databaseVersion: 'AddWonders4102444800000',
      programVersion: MIGRATIONS.at(-1)?.name,
      message: expect.stringMatching(new RegExp(`AddWonders4102444800000.*${MIGRATIONS.at(-1)?.name}`)) as unknown,
    });
    await rm(folder, { recursive: true });
  });

  it('stays as it was when a migration fails', async () => {
    class BreakThings4000000000000 {
      async up(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
        await runner.query('CREATE TABLE half (id integer)');
        throw new Error('broken');
      }
      async down(): Promise<void> {
        await Promise.reject(new Error('never'));
      }
    }
    const folder = await mkdtemp(join(tmpdir(), 'wand-schema-'));
    const url = `sqlite:///${join(folder, 'wand.db')}`;
    await expect(
      openDataSource({ ...options(url), migrations: [...MIGRATIONS, BreakThings4000000000000] }),
    ).rejects.toThrow('broken');
    const dataSource = await new DataSource(options(url)).initialize();
    expect(catalogOf(dataSource)).toEqual([]);
    await dataSource.destroy();
    await rm(folder, { recursive: true });
  });

  describe('while a process of an older program has the lease', () => {
    let folder: string;
    let older: DataSource;
    const url = (): string => `sqlite:///${join(folder, 'wand.db')}`;
    const lease = (owner: string, expiresAt: number): void => {
      const handle = sqliteHandle(older);
      handle.exec('DELETE FROM process_lease');
      handle.prepare('INSERT INTO process_lease (id, owner, expires_at) VALUES (1, ?, ?)').run(owner, expiresAt);
    };
    const versions = (): number =>
      Number(sqliteHandle(older).prepare(`SELECT count(*) FROM ${MIGRATIONS_TABLE}`).pluck().get());

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'wand-schema-'));
      older = await openDataSource({ ...options(url()), migrations: MIGRATIONS.slice(0, 3) });
    });
    afterEach(async () => {
      await older.destroy();
      await rm(folder, { recursive: true });
    });

    it('is left alone while that process lives, which it shows by renewing', async () => {
      const renewal = setInterval(() => lease('elsewhere:7:x', Date.now() + 60_000), 20);
      lease('elsewhere:7:x', Date.now() + 60_000);
      try {
        const refusal = openDataSource(options(url()));
        await expect(refusal).rejects.toBeInstanceOf(MigrationBlockedError);
        await expect(refusal).rejects.toThrow(
          'the process 7 on elsewhere runs on it with an older one: stop that process',
        );
        expect(versions()).toBe(3);
      } finally {
        clearInterval(renewal);
      }
    });

    it.each([
      ['runs out', 'elsewhere:7:x', 300],
      ['has run out', 'elsewhere:7:x', -1],
      ['is of a process of this host that is gone', `${hostname()}:999999999:x`, 60_000],
    ])('is upgraded once that lease %s, and fences its owner', async (_case, owner, lastsMs) => {
      lease(owner, Date.now() + lastsMs);
      await (await openDataSource(options(url()))).destroy();
      expect(versions()).toBe(MIGRATIONS.length);
      expect(sqliteHandle(older).prepare('SELECT * FROM process_lease').all()).toEqual([]);
    });
  });
});

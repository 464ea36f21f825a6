import type { QueryRunner } from 'typeorm';
import { parseDatabaseUrl } from '../../src/storage/database-url.js';
import {
  SERVER_MIGRATIONS,
  connectServer,
  migrateServer,
  serverDataSourceOptions,
} from '../../src/storage/server/index.js';
import { runSteps } from '../../src/storage/server/migrations/run-steps.js';
import type { StorageDataSource } from '../../src/storage/storage-data-source.js';
import { DATABASE_SERVERS, type ServerTestDatabase } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { SERVER_OPTIONS } from './server-storage.js';

const ALL = SERVER_MIGRATIONS.map(({ name }) => name);

/** A step with several statements that change tables. */
const STATEMENTS = [
  'CREATE TABLE first_step (id int NOT NULL PRIMARY KEY)',
  'ALTER TABLE first_step ADD COLUMN label varchar(20) NULL',
  'CREATE INDEX first_step_label ON first_step (label)',
  'CREATE TABLE last_step (id int NOT NULL PRIMARY KEY)',
];

for (const { server, serverUrl, create } of DATABASE_SERVERS) {
  describeWith(server, serverUrl, `migrations on ${server}`, () => {
    let database: ServerTestDatabase;
    const open: StorageDataSource[] = [];

    const connect = async (migrations?: (new () => object)[]): Promise<StorageDataSource> => {
      const location = parseDatabaseUrl(database.url);
      if (location.kind !== 'server') throw new TypeError('not a server');
      const options = serverDataSourceOptions(location, { ...SERVER_OPTIONS, url: database.url });
      const dataSource = await connectServer({ ...options, ...(migrations === undefined ? {} : { migrations }) });
      open.push(dataSource);
      return dataSource;
    };
    const tables = async (): Promise<string[]> => {
      const schema = server === 'PostgreSQL' ? `'public'` : 'DATABASE()';
      const dataSource = await connect();
      const rows = await dataSource.query<{ name: string }[]>(
        `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ${schema}`,
      );
      return rows.map(({ name }) => name).sort();
    };
    const threadOf = async (runner: QueryRunner): Promise<number> => {
      const sql = server === 'PostgreSQL' ? 'SELECT pg_backend_pid() AS id' : 'SELECT CONNECTION_ID() AS id';
      const [row] = (await runner.query(sql)) as { id: number }[];
      return Number(row?.id);
    };

    /** Migrations of a program whose connection is cut right after so many statements of the last one. */
    const dyingAfter = (statements: number) =>
      class DiesHalfWay1899999999999 {
        readonly name = 'HalfWay1899999999999';
        async up(runner: QueryRunner): Promise<void> {
          const thread = await threadOf(runner);
          const query = runner.query.bind(runner);
          let changes = 0;
          const watched = Object.create(runner) as QueryRunner;
          watched.query = (async (sql: string, params?: unknown[]) => {
            const answer: unknown = await query(sql, params);
            if (STATEMENTS.some((known) => known.replaceAll('"', '`') === sql) && ++changes === statements) {
              const killer = await connect();
              await killer.query(
                server === 'PostgreSQL' ? `SELECT pg_terminate_backend(${thread})` : `KILL CONNECTION ${thread}`,
              );
            }
            return answer;
          }) as QueryRunner['query'];
          await runSteps(watched, this.name, STATEMENTS);
        }
        down(): Promise<void> {
          return Promise.resolve();
        }
      };
    class HalfWay1899999999999 {
      readonly name = 'HalfWay1899999999999';
      up(runner: QueryRunner): Promise<void> {
        return runSteps(runner, this.name, STATEMENTS);
      }
      down(): Promise<void> {
        return Promise.resolve();
      }
    }

    beforeEach(async () => {
      database = await create();
    });
    afterEach(async () => {
      for (const dataSource of open.splice(0)) await dataSource.destroy();
      await database.drop();
    });

    it('are applied once, however many begin at the same time', async () => {
      const replicas = await Promise.all(Array.from({ length: 6 }, () => connect()));
      const applied = await Promise.all(replicas.map((replica) => migrateServer(replica)));
      expect(applied.filter((names) => names.length > 0)).toEqual([ALL]);
      expect(await tables()).not.toContain('schema_migration_steps');
      expect(await migrateServer(await connect())).toEqual([]);
    });

    for (const statements of [1, 2, 3, 4]) {
      it(`go on when the connection was cut after statement ${statements} of ${STATEMENTS.length}`, async () => {
        await migrateServer(await connect());
        const dying = await connect([...SERVER_MIGRATIONS, dyingAfter(statements)]);
        await expect(migrateServer(dying)).rejects.toThrow();
        const isKept = server === 'MariaDB';
        expect((await tables()).includes('first_step')).toBe(isKept);
        const next = await connect([...SERVER_MIGRATIONS, HalfWay1899999999999]);
        expect(await migrateServer(next)).toEqual(['HalfWay1899999999999']);
        expect(await tables()).toEqual(expect.arrayContaining(['first_step', 'last_step']));
        expect(await tables()).not.toContain('schema_migration_steps');
        await next.query('INSERT INTO first_step (id, label) VALUES (1, NULL)');
        expect(await migrateServer(next)).toEqual([]);
      });
    }

    it('do not take a table of somebody else for their own', async () => {
      await migrateServer(await connect());
      await (await connect()).query('CREATE TABLE first_step (other int NOT NULL PRIMARY KEY)');
      const next = await connect([...SERVER_MIGRATIONS, HalfWay1899999999999]);
      await expect(migrateServer(next)).rejects.toThrow(/first_step/);
    });
  });
}

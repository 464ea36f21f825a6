import { getMetadataArgsStorage } from 'typeorm';
import { ENTITIES } from '../../src/storage/entities/entities.js';
import { entityTableName } from '../../src/storage/entity-columns.js';
import { MIGRATIONS_TABLE } from '../../src/storage/migrations/migrate.js';
import { SERVER_MIGRATIONS } from '../../src/storage/server/migrations/migrations.js';
import { DatabaseTooNewError } from '../../src/storage/index.js';
import { DATABASE_SERVERS } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { openStorage } from './open-storage.js';
import { OpeningProcesses } from './opening-processes.js';
import { ServerStorage, openServer } from './server-storage.js';
import { HERE, aGraph, aGraphId, aRecord, aRun, aRunId, anEntry } from './storage-under-test.js';

interface CatalogColumn {
  readonly table: string;
  readonly column: string;
  readonly isNullable: boolean;
  /** Null where a text may be of any length, and for numbers and bytes. */
  readonly length: number | null;
}

/** How long a text of MySQL may be at most where its column does not say. */
const UNLIMITED = 4_294_967_295;

/** What the entities declare. */
function declaredColumns(): CatalogColumn[] {
  return ENTITIES.flatMap((entity) =>
    getMetadataArgsStorage()
      .columns.filter(({ target }) => target === entity)
      .map(({ propertyName, options: { name = propertyName, nullable = false, length } }) => ({
        table: entityTableName(entity),
        column: name,
        isNullable: nullable,
        length: length === undefined ? null : Number(length),
      })),
  );
}

function byName(columns: readonly CatalogColumn[]): CatalogColumn[] {
  const keyOf = ({ table, column }: CatalogColumn): string => `${table}.${column}`;
  return [...columns].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

describe.each(DATABASE_SERVERS)('the schema', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `on ${server}`, () => {
    let storage: ServerStorage;
    beforeAll(async () => {
      storage = await ServerStorage.create(create);
    });
    afterAll(() => storage.drop());

    it('has the columns that the entities declare, no more and no fewer', async () => {
      const rows = await storage.database.read<{ tab: string; col: string; nullable: string; len: number | null }>(
        `SELECT table_name AS tab, column_name AS col, is_nullable AS nullable, character_maximum_length AS len
         FROM information_schema.columns WHERE table_schema IN ('public', ?) AND table_name <> ?`,
        [new URL(storage.url).pathname.slice(1), MIGRATIONS_TABLE],
      );
      const columns = rows.map(({ tab, col, nullable, len }) => ({
        table: tab,
        column: col,
        isNullable: nullable === 'YES',
        length: len === UNLIMITED ? null : len,
      }));
      // Tables that only servers have belong to no entity.
      const shared = new Set(ENTITIES.map(entityTableName));
      expect(byName(columns.filter(({ table }) => shared.has(table)))).toEqual(byName(declaredColumns()));
    });

    it('tells texts apart by their code points: case, marks and spaces count', async () => {
      const ports = await storage.openEmpty();
      const names = ['a', 'A', 'á', 'a\u0301', 'a ', ' a', 'ß', 'ss', '🦉'];
      for (const [index, name] of names.entries()) await ports.graphs.create(HERE, aGraph(index + 1, { name }));
      for (const [index, name] of names.entries()) {
        const found = await ports.graphs.list(HERE, { limit: 50, name });
        expect(found.map(({ graphId }) => graphId)).toEqual([aGraphId(index + 1)]);
        const run = aRun(index + 1, { labels: { team: name } });
        await ports.journal.create(run, [anEntry(1)], aRecord(name));
      }
      for (const [index, value] of names.entries()) {
        const found = await ports.runs.list(HERE, { limit: 50, labels: [['team', value]] });
        expect(found.map(({ runId }) => runId)).toEqual([aRunId(index + 1)]);
      }
      await ports.close();
    });

    it('sorts texts by their code points', async () => {
      const ports = await storage.openEmpty();
      await ports.graphs.create(HERE, aGraph(1));
      await ports.journal.create(aRun(1), [anEntry(1)]);
      const names = ['a b', 'B', 'a', '_', 'ä', 'Z', 'z', '~', '0', 'a-b', '\uffee', '🦉'];
      const info = { runId: aRunId(1), nodeId: 'a', contentType: 'x', createdAt: anEntry(1).ts, sha256: '', bytes: 0 };
      for (const name of names) await ports.artifacts.put({ ...info, name, body: new Uint8Array() });
      const listed = (await ports.artifacts.list(aRunId(1))).map(({ name }) => name);
      expect(listed).toEqual([...names].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))));
      await ports.close();
    });

    describe('of an empty database', () => {
      let processes: OpeningProcesses;
      beforeAll(async () => {
        processes = await OpeningProcesses.start(3);
      });
      afterAll(() => processes.end());

      it.each([1, 2, 3])(
        'is made once by processes that start together, and all find it complete, try %i',
        async () => {
          const empty = await create();
          try {
            expect(await processes.open(empty.url)).toEqual(['opened', 'opened', 'opened']);
            const dataSource = await openServer(empty.url);
            const rows = await dataSource.query<{ name: string }[]>(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY id`);
            await dataSource.destroy();
            expect(rows.map(({ name }) => name)).toEqual(SERVER_MIGRATIONS.map((migration) => new migration().name));
            const ports = await openStorage(empty.url);
            await ports.graphs.create(HERE, aGraph(1));
            expect(await ports.graphs.find(HERE, aGraphId(1))).toMatchObject({ version: 1 });
            await ports.close();
          } finally {
            await empty.drop();
          }
        },
      );
    });

    it('is left alone when it is newer than the program, which tells both versions', async () => {
      const place = await create();
      try {
        const dataSource = await openServer(place.url);
        await dataSource.query(
          `INSERT INTO ${MIGRATIONS_TABLE} (timestamp, name) VALUES (2000000000000, 'FromTheFuture2000000000000')`,
        );
        await dataSource.destroy();
        const known = SERVER_MIGRATIONS.map((migration) => new migration().name).at(-1);
        await expect(openServer(place.url)).rejects.toThrow(
          new DatabaseTooNewError('FromTheFuture2000000000000', known ?? ''),
        );
      } finally {
        await place.drop();
      }
    });
  });
});

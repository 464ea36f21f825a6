import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { DATABASE_SERVERS } from '../support/server-databases.js';
import { MARIADB_URL, POSTGRES_URL, describeWith } from '../support/services.js';
import { openStorage } from './open-storage.js';
import { ServerStorage, openServer } from './server-storage.js';
import { HERE, aGraph, aGraphId, aRun, anEntry } from './storage-under-test.js';

/** Of a user that the tests make, as it is and as a URL has it. */
const PASSWORD = 'p@ss:w/o?r#d %&é';
const USER = `wand_user_${process.pid}`;

const onServer = {
  PostgreSQL: async (sql: string) => {
    const client = new pg.Client({ connectionString: POSTGRES_URL });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  },
  MariaDB: async (sql: string) => {
    const connection = await createConnection(MARIADB_URL);
    await connection.query(sql).finally(() => connection.end());
  },
};
const USERS = {
  PostgreSQL: {
    create: [`CREATE ROLE ${USER} LOGIN SUPERUSER PASSWORD '${PASSWORD}'`],
    drop: `DROP ROLE ${USER}`,
  },
  MariaDB: {
    create: [`CREATE USER ${USER} IDENTIFIED BY '${PASSWORD}'`, `GRANT ALL ON *.* TO ${USER}`],
    drop: `DROP USER ${USER}`,
  },
};

describe.each(DATABASE_SERVERS)('opening a database', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `on ${server}`, () => {
    let storage: ServerStorage;
    const urlWith = (change: (url: URL) => void): string => {
      const url = new URL(storage.url);
      change(url);
      return url.href;
    };
    beforeAll(async () => {
      storage = await ServerStorage.create(create);
      for (const sql of USERS[server].create) await onServer[server](sql);
    });
    afterAll(async () => {
      await onServer[server](USERS[server].drop);
      await storage.drop();
    });

    it('takes a password with any characters', async () => {
      const url = urlWith((to) => {
        to.username = USER;
        to.password = encodeURIComponent(PASSWORD);
      });
      const opened = await openStorage(url);
      await opened.close();
    });

    it.each<[string, RegExp, (url: URL) => void]>([
      [
        'no such database',
        /cannot open the database: there is no such database/,
        (url) => (url.pathname = '/wand_none'),
      ],
      ['no listener', /nothing listens at its host and port/, (url) => (url.port = '1')],
      ['no such host', /its host (is not known|cannot be looked up)/, (url) => (url.hostname = 'none.invalid')],
    ])('says in one line that there is %s, without the password', async (_what, message, change) => {
      const url = urlWith((to) => {
        to.username = USER;
        to.password = encodeURIComponent(PASSWORD);
        change(to);
      });
      const error: unknown = await openServer(url).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ name: 'DatabaseOpenError', message: expect.stringMatching(message) as unknown });
      const text = String((error as Error).message);
      expect(text).not.toContain('\n');
      expect(text).not.toContain(PASSWORD);
      expect(text).not.toContain(encodeURIComponent(PASSWORD));
    });

    it('keeps characters of four bytes', async () => {
      const opened = await storage.openEmpty();
      await opened.graphs.create(HERE, aGraph(1, { name: '🚀 𝔊' }));
      await opened.journal.create(aRun(1, { labels: { a: '🚀' } }), [anEntry(1, { msg: '🚀 𝔊 \\ \' " ; -- ?' })]);
      expect(await opened.graphs.find(HERE, aGraphId(1))).toMatchObject({ name: '🚀 𝔊' });
      const [entry] = await opened.journal.read(aRun(1).runId, { afterSeq: 0, limit: 1 });
      expect(entry?.msg).toBe('🚀 𝔊 \\ \' " ; -- ?');
      await opened.close();
    });
  });
});

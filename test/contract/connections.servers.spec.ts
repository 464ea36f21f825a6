import { DATABASE_SERVERS } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { ServerStorage, openServer } from './server-storage.js';
import { HERE, type StorageUnderTest, aGraph, aProjection, aRun, aRunId, anEntry } from './storage-under-test.js';
import { openStorage } from './open-storage.js';

const MAX = 3;
const COUNT = {
  PostgreSQL: `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'wand'`,
  MariaDB: 'SELECT count(*) AS n FROM information_schema.processlist WHERE db = DATABASE()',
};

describe.each(DATABASE_SERVERS)('connections', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `to ${server}`, () => {
    let database: ServerStorage;
    let storage: StorageUnderTest;
    beforeAll(async () => {
      database = await ServerStorage.create(create);
      storage = await openStorage(database.url, { maxConnections: MAX });
      await storage.graphs.create(HERE, aGraph(1));
    });
    afterAll(async () => {
      await storage.close();
      await database.drop();
    });

    it('are never more than are allowed, however much is asked at once', async () => {
      const watcher = await openServer(database.url);
      // Those of the watcher and of the test, at rest.
      const count = async (): Promise<number> =>
        Number((await watcher.query<readonly { readonly n: string }[]>(COUNT[server]))[0]?.n);
      const others = (await count()) - 1;
      const work = Array.from({ length: 60 }, async (_, number) => {
        await storage.journal.create(aRun(number), [anEntry(1)]);
        const append = { runId: aRunId(number), expectedSeq: 1, entries: [anEntry(2)], run: aProjection() };
        await Promise.all([storage.journal.append(append), storage.runs.find(HERE, aRunId(number))]);
        await storage.graphs.create(HERE, aGraph(100 + number));
      });
      const all = Promise.all(work);
      let isOver = false;
      void all.finally(() => (isOver = true));
      let most = 0;
      for (;;) {
        most = Math.max(most, await count());
        if (isOver) break;
      }
      await all;
      expect(most).toBeGreaterThan(others);
      expect(most - others).toBeLessThanOrEqual(MAX);
      await watcher.destroy();
    });
  });
});

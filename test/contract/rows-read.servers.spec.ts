import { epochMs } from '../../src/executor/core/index.js';
import { ServerAllRunsRepository } from '../../src/storage/repositories/server-all-runs.repository.js';
import { ServerIdempotencyRepository } from '../../src/storage/repositories/server-idempotency.repository.js';
import { ServerRunRemovalRepository } from '../../src/storage/repositories/server-run-removal.repository.js';
import { ServerRunRepository } from '../../src/storage/repositories/server-run.repository.js';
import type { ServerDatabase } from '../../src/storage/server/server-database.js';
import type { RunListQuery } from '../../src/storage/repositories/run.repository.js';
import { DATABASE_SERVERS } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { rowsReadBy } from './rows-read.js';
import { MANY_RUNS, THERE, fillWithRuns } from './server-rows.js';
import { ServerStorage } from './server-storage.js';
import { HERE, NOON, aGraphId, aRunId } from './storage-under-test.js';

describe.each(DATABASE_SERVERS)('among thousands of runs', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `${server} reads only what is asked for`, () => {
    let storage: ServerStorage;
    let database: ServerDatabase;
    beforeAll(async () => {
      storage = await ServerStorage.create(create);
      database = storage.database;
      await fillWithRuns(database);
    });
    afterAll(() => storage.drop());

    const middle = aRunId(MANY_RUNS / 2);
    it.each<[string, RunListQuery, number]>([
      ['the first page', { limit: 20 }, 400],
      ['a page further on', { limit: 20, before: middle }, 400],
      ['a page of one status', { limit: 20, statuses: ['SUCCESS'] }, 250],
      ['a page of a rare status', { limit: 20, statuses: ['FAILED'], before: middle }, 250],
      ['a page of two statuses', { limit: 20, statuses: ['FAILED', 'PENDING'] }, 250],
      ['a page of a graph', { limit: 20, graphId: aGraphId(1), before: middle }, 250],
      ['a graph of another namespace', { limit: 20, graphId: aGraphId(2) }, 5],
      ['a page of a label', { limit: 20, labels: [['team', 'a']], before: middle }, 250],
      ['a page of a rare label', { limit: 20, labels: [['rare', 'x']] }, 250],
      ['no run of a label', { limit: 20, labels: [['none', 'x']] }, 5],
      [
        'a page of two labels, the rare one first',
        {
          limit: 20,
          labels: [
            ['rare', 'x'],
            ['team', 'a'],
          ],
        },
        250,
      ],
      ['a page of a label and a graph', { limit: 20, labels: [['rare', 'x']], graphId: aGraphId(1) }, 250],
      ['no run that is young enough', { limit: 20, createdAfter: epochMs(NOON + 48 * 3_600_000) }, 20],
    ])('%s', async (_, query, atMost) => {
      const rows = await rowsReadBy(database, (watched) => new ServerRunRepository(watched).list(HERE, query));
      expect(rows).toBeLessThanOrEqual(atMost);
    });

    it('a run by its id', async () => {
      const rows = await rowsReadBy(database, (watched) => new ServerRunRepository(watched).find(THERE, aRunId(50)));
      expect(rows).toBeLessThanOrEqual(2);
    });

    it('a page of runs that have not ended, from the first and from the last on', async () => {
      const all = await new ServerAllRunsRepository(database).unfinished({ limit: MANY_RUNS });
      expect(all).toHaveLength(MANY_RUNS / 100);
      for (const after of [undefined, all.at(10), all.at(-5)]) {
        const query = { limit: 10, ...(after === undefined ? {} : { after }) };
        const rows = await rowsReadBy(database, (watched) => new ServerAllRunsRepository(watched).unfinished(query));
        expect(rows).toBeLessThanOrEqual(30);
      }
    });

    it('runs that expire, and the first entries of runs that have not begun', async () => {
      const rows = await rowsReadBy(database, async (watched) => {
        expect(await new ServerAllRunsRepository(watched).expiring()).toHaveLength(MANY_RUNS / 400);
      });
      expect(rows).toBeLessThanOrEqual(150);
    });

    it('runs that crashed often, and the journals of runs that were taken over', async () => {
      const rows = await rowsReadBy(database, async (watched) => {
        expect(await new ServerAllRunsRepository(watched).crashedOften(2)).toHaveLength(MANY_RUNS / 1_000);
      });
      expect(rows).toBeLessThanOrEqual(200);
    });

    it('runs that were removed', async () => {
      const rows = await rowsReadBy(database, async (watched) => {
        expect(await new ServerRunRemovalRepository(watched).clear()).toMatchObject({ runs: 6, events: 18 });
      });
      expect(rows).toBeLessThanOrEqual(300);
    });

    it('runs that are old enough to be removed, and the oldest one', async () => {
      const rows = await rowsReadBy(database, async (watched) => {
        const removals = new ServerRunRemovalRepository(watched);
        const query = { horizon: NOON, at: NOON, limit: 20 };
        expect(await removals.removeFinished(query)).toBe(0);
        expect(await removals.removeFinished({ ...query, horizon: epochMs(NOON + 48 * 3_600_000) })).toBe(20);
        await removals.oldestFinish();
      });
      expect(rows).toBeLessThanOrEqual(400);
    });

    it('idempotency records that have expired', async () => {
      const rows = await rowsReadBy(database, (watched) =>
        new ServerIdempotencyRepository(watched).purge(epochMs(NOON + 100)),
      );
      expect(rows).toBeLessThanOrEqual(1_000);
    });
  });
});

import { epochMs, namespace } from '../../src/executor/core/index.js';
import {
  HERE,
  NOON,
  type OpenStorage,
  type StorageUnderTest,
  aGraph,
  aGraphId,
  aProjection,
  aRun,
  aRunId,
  anEntry,
} from './storage-under-test.js';

const THERE = namespace('there');
/** Sorts before the other two. */
const FIRST = namespace('a');

/** What every adapter does with namespaces. */
export function describeNamespaces(adapter: string, open: OpenStorage): void {
  describe(`namespaces on ${adapter}`, () => {
    let storage: StorageUnderTest;
    beforeEach(async () => {
      storage = await open();
      await storage.graphs.create(HERE, aGraph(1));
      await storage.graphs.create(THERE, aGraph(2));
    });
    afterEach(() => storage.close());

    const create = (number: number, place = HERE, labels = {}) => {
      const graphId = place === HERE ? aGraphId(1) : aGraphId(2);
      return storage.journal.create(aRun(number, { namespace: place, graphId, labels }), [anEntry(1)]);
    };
    const finish = (number: number) =>
      storage.journal.append({
        runId: aRunId(number),
        expectedSeq: 1,
        entries: [anEntry(2)],
        run: aProjection({ status: 'SUCCESS', finishedAt: NOON }),
      });

    describe('graphs', () => {
      const next = { graphId: aGraphId(1), name: 'taken over', specJson: '{}', createdAt: NOON };

      it.each(['read from the database', 'read before'])('of another one are unknown, %s', async (when) => {
        if (when === 'read before') await storage.graphs.find(HERE, aGraphId(1));
        expect(await storage.graphs.find(THERE, aGraphId(1))).toBeUndefined();
        expect(await storage.graphs.findVersion(THERE, aGraphId(1), 1)).toBeUndefined();
        expect(await storage.graphs.find(HERE, aGraphId(1))).toMatchObject({ namespace: HERE });
        expect(await storage.graphs.findVersion(HERE, aGraphId(1), 1)).toEqual(aGraph(1));
        expect(await storage.graphs.find(THERE, aGraphId(2))).toMatchObject({ namespace: THERE });
      });

      it('of another one are not changed', async () => {
        expect(await storage.graphs.addVersion(THERE, next)).toBeUndefined();
        await storage.graphs.archive(THERE, aGraphId(1), NOON);
        expect(await storage.graphs.find(HERE, aGraphId(1))).toMatchObject({ version: 1, archivedAt: null });
      });

      it('are listed by namespace, by page and by name', async () => {
        for (const number of [3, 5]) await storage.graphs.create(HERE, aGraph(number, { name: 'same' }));
        for (const number of [4, 6]) await storage.graphs.create(THERE, aGraph(number, { name: 'same' }));
        const list = async (...[place, query]: Parameters<typeof storage.graphs.list>) =>
          (await storage.graphs.list(place, query)).map(({ graphId }) => graphId);
        expect(await list(HERE, { limit: 9 })).toEqual([5, 3, 1].map(aGraphId));
        expect(await list(THERE, { limit: 9, before: aGraphId(5) })).toEqual([4, 2].map(aGraphId));
        expect(await list(THERE, { limit: 9, name: 'same' })).toEqual([6, 4].map(aGraphId));
        expect(await list(FIRST, { limit: 9 })).toEqual([]);
      });

      it('are all found by whoever executes runs', async () => {
        expect(await storage.allGraphs.findVersionInAnyNamespace(aGraphId(2), 1)).toEqual(aGraph(2));
        expect(await storage.allGraphs.findVersionInAnyNamespace(aGraphId(2), 2)).toBeUndefined();
      });
    });

    describe('runs', () => {
      it('of another one are unknown', async () => {
        await create(1, THERE);
        const { runs } = storage;
        const lookUps = [runs.find.bind(runs), runs.findHead.bind(runs), runs.findStatus.bind(runs)];
        for (const lookUp of lookUps) {
          expect(await lookUp(HERE, aRunId(1))).toBeUndefined();
          expect(await lookUp(THERE, aRunId(1))).toBeDefined();
        }
        expect(await runs.find(THERE, aRunId(1))).toMatchObject({ namespace: THERE });
      });

      it('of another one are not removed', async () => {
        await create(1, THERE);
        expect(await storage.removals.remove(HERE, aRunId(1), NOON)).toBe('unknown');
        expect(await storage.removals.remove(THERE, aRunId(1), NOON)).toBe('unfinished');
        await finish(1);
        expect(await storage.removals.remove(HERE, aRunId(1), NOON)).toBe('unknown');
        expect(await storage.runs.findStatus(THERE, aRunId(1))).toBe('SUCCESS');
        expect(await storage.removals.remove(THERE, aRunId(1), NOON)).toBe('removed');
        expect(await storage.runs.find(THERE, aRunId(1))).toBeUndefined();
      });

      it('are listed by namespace, whatever the filters', async () => {
        const labels = { team: 'x', env: 'prod' };
        for (const number of [1, 3, 5]) await create(number, HERE, labels);
        for (const number of [2, 4, 6]) await create(number, THERE, labels);
        for (const number of [1, 2, 5, 6]) await finish(number);
        const list = async (...[place, query]: Parameters<typeof storage.runs.list>) =>
          (await storage.runs.list(place, query)).map(({ runId }) => runId);
        const both = [
          ['team', 'x'],
          ['env', 'prod'],
        ] as const;
        expect(await list(HERE, { limit: 2 })).toEqual([5, 3].map(aRunId));
        expect(await list(HERE, { limit: 2, before: aRunId(3) })).toEqual([1].map(aRunId));
        expect(await list(HERE, { limit: 9, statuses: ['PENDING'] })).toEqual([3].map(aRunId));
        expect(await list(HERE, { limit: 9, statuses: ['PENDING', 'SUCCESS'] })).toEqual([5, 3, 1].map(aRunId));
        expect(await list(HERE, { limit: 9, statuses: ['SUCCESS', 'SUCCESS'] })).toEqual([5, 1].map(aRunId));
        expect(await list(HERE, { limit: 9, statuses: [] })).toEqual([]);
        expect(await list(THERE, { limit: 9, graphId: aGraphId(2), statuses: ['SUCCESS'] })).toEqual(
          [6, 2].map(aRunId),
        );
        expect(await list(HERE, { limit: 9, graphId: aGraphId(2) })).toEqual([]);
        expect(await list(HERE, { limit: 9, labels: both })).toEqual([5, 3, 1].map(aRunId));
        expect(await list(THERE, { limit: 9, labels: both, graphId: aGraphId(2), statuses: ['PENDING'] })).toEqual(
          [4].map(aRunId),
        );
        expect(await list(HERE, { limit: 9, labels: both, graphId: aGraphId(2) })).toEqual([]);
        expect(await list(HERE, { limit: 9, createdAfter: epochMs(NOON - 1) })).toEqual([5, 3, 1].map(aRunId));
        expect(await list(FIRST, { limit: 9, labels: both })).toEqual([]);
        expect(await list(FIRST, { limit: 9 })).toEqual([]);
      });

      it('that have not ended are found in all of them, each once', async () => {
        await storage.graphs.create(FIRST, aGraph(3));
        const places = [THERE, HERE, FIRST, HERE, THERE, FIRST, HERE];
        for (const [index, place] of places.entries()) await create(index + 1, place);
        await finish(4);
        const found = [];
        for (let page = await storage.allRuns.unfinished({ limit: 2 }); page.length > 0;) {
          found.push(...page);
          page = await storage.allRuns.unfinished({ limit: 2, after: page.at(-1) });
        }
        expect(found.map(({ runId }) => runId).sort()).toEqual([1, 2, 3, 5, 6, 7].map(aRunId));
        expect(await storage.allRuns.findInAnyNamespace(aRunId(3))).toMatchObject({ namespace: FIRST });
      });

      it('are removed in all of them when they are old', async () => {
        for (const [number, place] of [
          [1, HERE],
          [2, THERE],
        ] as const) {
          await create(number, place);
          await finish(number);
        }
        const query = { horizon: epochMs(NOON + 1), at: NOON, limit: 9 };
        expect(await storage.removals.removeFinished(query)).toBe(2);
      });
    });
  });
}

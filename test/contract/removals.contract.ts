import { encodeTime } from 'ulid';
import { type RunId, type RunStatus, epochMs, runId } from '../../src/executor/core/index.js';
import type { ClearedStep } from '../../src/storage/index.js';
import {
  HERE,
  NOON,
  type StorageUnderTest,
  aGraph,
  aProjection,
  aRun,
  aRunId,
  anEntry,
  entriesFrom,
} from './storage-under-test.js';

/** Opens the database `name` of the test, which is empty the first time. */
export type OpenNamed = (name: string) => Promise<StorageUnderTest>;

/** Id of a run that was made at `time`. */
const ulidRunId = (time: number): RunId => runId(`r_${encodeTime(time, 10).toLowerCase()}${'0'.repeat(16)}`);

interface GivenRun {
  readonly status?: RunStatus;
  readonly finishedAt?: number;
  readonly events?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What every adapter of the removal of runs does. */
export function describeRemovals(adapter: string, open: OpenNamed): void {
  describe(`removals on ${adapter}`, () => {
    let databases = 0;
    let name: string;
    let storage: StorageUnderTest;
    beforeEach(async () => {
      name = `removals-${++databases}.db`;
      storage = await open(name);
      await storage.graphs.create(HERE, aGraph(1));
    });
    afterEach(() => storage.close());

    const givenRun = async (number: number, run: GivenRun = {}): Promise<void> => {
      const { status = 'SUCCESS', finishedAt = NOON, events = 2, labels = {} } = run;
      await storage.journal.create(aRun(number, { labels }), [anEntry(1)]);
      const ended = status !== 'RUNNING';
      await storage.journal.append({
        runId: aRunId(number),
        expectedSeq: 1,
        entries: entriesFrom(2, events),
        run: aProjection({ status, finishedAt: ended ? epochMs(finishedAt) : null }),
      });
    };
    const givenFile = (number: number, file: string, bytes: number): Promise<void> => {
      const info = { nodeId: 'a', contentType: 'text/plain', sha256: 'digest', createdAt: NOON };
      return storage.artifacts.put({ ...info, runId: aRunId(number), name: file, bytes, body: new Uint8Array(bytes) });
    };
    const clearAll = async (): Promise<ClearedStep[]> => {
      const steps = [await storage.removals.clear()];
      while (steps.at(-1)?.hasMore === true) steps.push(await storage.removals.clear());
      return steps;
    };
    const listed = async (): Promise<string[]> =>
      (await storage.runs.list(HERE, { limit: 50 })).map(({ runId }) => runId);

    it('hide a run from every reader at once, and from nobody else', async () => {
      await givenRun(1, { labels: { team: 'x' } });
      await givenRun(2, { labels: { team: 'x' } });
      expect(await storage.removals.remove(HERE, aRunId(1), NOON)).toBe('removed');
      expect(await storage.runs.find(HERE, aRunId(1))).toBeUndefined();
      expect(await storage.runs.findStatus(HERE, aRunId(1))).toBeUndefined();
      expect(await listed()).toEqual([aRunId(2)]);
      const labelled = await storage.runs.list(HERE, { limit: 50, labels: [['team', 'x']] });
      expect(labelled.map(({ runId }) => runId)).toEqual([aRunId(2)]);
      expect(await storage.removals.remove(HERE, aRunId(1), NOON)).toBe('unknown');
      expect(await storage.runs.findStatus(HERE, aRunId(2))).toBe('SUCCESS');
    });

    it('leave runs alone that are unknown or have not ended', async () => {
      await givenRun(1, { status: 'RUNNING' });
      expect(await storage.removals.remove(HERE, aRunId(1), NOON)).toBe('unfinished');
      expect(await storage.removals.remove(HERE, aRunId(2), NOON)).toBe('unknown');
      expect(await clearAll()).toEqual([{ runs: 0, events: 0, artifacts: 0, hasMore: false }]);
      expect(await listed()).toEqual([aRunId(1)]);
    });

    it('clear a large run in steps, and go on after a crash between two of them', async () => {
      await givenRun(1, { events: 1_300, labels: { team: 'x' } });
      await givenFile(1, 'large.txt', 3_000_000);
      await givenFile(1, 'small.txt', 10);
      await givenRun(2, { events: 3 });
      await storage.removals.remove(HERE, aRunId(1), NOON);
      const first = await storage.removals.clear();
      expect(first).toEqual({ runs: 0, events: 500, artifacts: 0, hasMore: true });

      await storage.close();
      storage = await open(name);
      const steps = await clearAll();
      const sum = (count: (step: ClearedStep) => number): number => steps.reduce((all, step) => all + count(step), 0);
      expect(sum(({ events }) => events)).toBe(800);
      expect(sum(({ artifacts }) => artifacts)).toBe(2);
      expect(sum(({ runs }) => runs)).toBe(1);
      expect(steps.length).toBeGreaterThan(2);
      expect(await storage.journal.read(aRunId(1), { afterSeq: 0, limit: 10 })).toEqual([]);
      expect(await storage.artifacts.list(aRunId(1))).toEqual([]);
      expect(await storage.journal.read(aRunId(2), { afterSeq: 0, limit: 10 })).toHaveLength(3);
    });

    it('take the oldest finished runs first, none that is younger than the horizon and none that goes on', async () => {
      const hour = 3_600_000;
      await givenRun(1, { finishedAt: NOON + hour });
      await givenRun(2, { status: 'RUNNING' });
      await givenRun(3, { finishedAt: NOON + 2 * hour, status: 'FAILED' });
      await givenRun(4, { finishedAt: NOON + 2 * hour, status: 'CANCELLED' });
      await givenRun(5, { finishedAt: NOON + 4 * hour });
      expect(await storage.removals.oldestFinish()).toBe(NOON + hour);
      const query = { horizon: epochMs(NOON + 3 * hour), at: NOON, limit: 2 };
      expect(await storage.removals.removeFinished(query)).toBe(2);
      expect(await listed()).toEqual([aRunId(5), aRunId(4), aRunId(2)]);
      expect(await storage.removals.removeFinished(query)).toBe(1);
      expect(await storage.removals.removeFinished(query)).toBe(0);
      expect(await storage.removals.oldestFinish()).toBe(NOON + 4 * hour);
      expect(await clearAll()).toEqual([{ runs: 3, events: 6, artifacts: 0, hasMore: false }]);
      expect(await listed()).toEqual([aRunId(5), aRunId(2)]);
    });

    it('look at no run that was made after the horizon, however early its end says that it is', async () => {
      const made = NOON + 500;
      const runId = ulidRunId(made);
      await storage.journal.create(aRun(1, { runId }), [anEntry(1)]);
      const run = aProjection({ status: 'SUCCESS', finishedAt: NOON });
      await storage.journal.append({ runId, expectedSeq: 1, entries: [anEntry(2)], run });
      // Whoever waits for the run waits until it is found.
      expect(await storage.removals.oldestFinish()).toBe(made);
      const remove = (horizon: number): Promise<number> =>
        storage.removals.removeFinished({ horizon: epochMs(horizon), at: NOON, limit: 10 });
      expect(await remove(made)).toBe(0);
      expect(await remove(made + 1)).toBe(1);
    });

    it('know of no oldest run where none has finished', async () => {
      await givenRun(1, { status: 'RUNNING' });
      expect(await storage.removals.oldestFinish()).toBeUndefined();
    });
  });
}

import { runId } from '../../src/executor/core/index.js';
import type { AttemptKey, PoolAttemptRepository } from '../../src/storage/index.js';
import { ServerPoolAttemptRepository } from '../../src/storage/repositories/server-pool-attempt.repository.js';
import { DATABASE_SERVERS } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { ServerStorage } from './server-storage.js';
import { HERE, type StorageUnderTest, aGraph, aRun, aRunId, entriesFrom } from './storage-under-test.js';

const report = (body: string) => ({ kind: 'log', body });

describe.each(DATABASE_SERVERS)('attempts that pools make', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `on ${server}`, () => {
    let storage: ServerStorage;
    let stored: StorageUnderTest;
    let attempts: PoolAttemptRepository;
    const key = (nodeId: string, run = aRunId(1), epoch = 0): AttemptKey => ({ runId: run, nodeId, attempt: 1, epoch });

    beforeAll(async () => {
      storage = await ServerStorage.create(create);
    });
    afterAll(() => storage.drop());
    beforeEach(async () => {
      await storage.database.transaction((tx) => tx.change('DELETE FROM "pool_attempts"'));
      stored = await storage.openEmpty();
      await stored.graphs.create(HERE, aGraph(1));
      await stored.journal.create(aRun(1), entriesFrom(1, 1));
      attempts = new ServerPoolAttemptRepository(storage.database);
      await attempts.add([key('a'), key('b')]);
    });
    afterEach(() => stored.close());

    const stateOf = async (nodeId: string): Promise<string | undefined> =>
      (await attempts.ofRuns([aRunId(1)])).find((row) => row.nodeId === nodeId)?.state;

    it('are given to one worker each, however many ask', async () => {
      const workers = Array.from({ length: 8 }, (_, index) => `w${index}`);
      const claims = await Promise.all(workers.map((worker) => attempts.claim(key('a'), worker)));
      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await stateOf('a')).toBe('running');
      expect(await stateOf('b')).toBe('waiting');
      await attempts.add([key('a')]);
      expect(await stateOf('a')).toBe('running');
      expect(await attempts.claim(key('b', aRunId(1), 7), 'w')).toBe(false);
      expect(await attempts.claim(key('unknown'), 'w')).toBe(false);
    });

    it('have reports of their worker alone, in order, each once, and none behind the end', async () => {
      await attempts.claim(key('a'), 'w');
      expect(await attempts.report(key('a'), 'w', 0, [report('one'), report('two')], false)).toBe(true);
      // Said again, because nobody could tell whether it was stored.
      expect(await attempts.report(key('a'), 'w', 0, [report('one'), report('two')], false)).toBe(true);
      expect(await attempts.report(key('a'), 'other', 2, [report('x')], true)).toBe(false);
      expect(await attempts.report(key('a'), 'w', 2, [report('three \u0000'.replace('\u0000', '😀'))], true)).toBe(
        true,
      );
      expect(await attempts.report(key('a'), 'w', 3, [report('late')], true)).toBe(false);
      expect(await attempts.reports(key('a'), 1)).toEqual([report('two'), report('three 😀')]);
      expect(await attempts.ofRuns([aRunId(1)])).toContainEqual(
        expect.objectContaining({ ...key('a'), state: 'ended', reports: 3 }),
      );
    });

    it('carry a large body', async () => {
      await attempts.claim(key('a'), 'w');
      const parts = [report('😀'.repeat(500_000)), report('x'.repeat(1_000_000))];
      expect(await attempts.report(key('a'), 'w', 0, parts, true)).toBe(true);
      expect(await attempts.reports(key('a'), 0)).toEqual(parts);
    });

    it('are taken from a worker that is silent, and from no other', async () => {
      await attempts.claim(key('a'), 'w');
      expect(await attempts.takeFromSilent(key('a'), 60_000)).toBe(false);
      expect(await attempts.takeFromSilent(key('b'), -1_000)).toBe(false);
      await waitFor('some silence', async () =>
        (await attempts.ofRuns([aRunId(1)])).some(({ silentMs }) => silentMs > 20),
      );
      expect(await attempts.takeFromSilent(key('a'), 10)).toBe(true);
      expect(await attempts.report(key('a'), 'w', 0, [report('late')], true)).toBe(false);
      expect(await attempts.claim(key('a'), 'w')).toBe(false);
      expect(await attempts.beat('w')).toEqual([]);
    });

    it('show their worker which are wanted still, and which are to stop', async () => {
      for (const nodeId of ['a', 'b']) await attempts.claim(key(nodeId), 'w');
      await attempts.askToStop(key('b'));
      const held = await attempts.beat('w');
      expect(held).toHaveLength(2);
      expect(held).toContainEqual({ ...key('a'), mustStop: false });
      expect(held).toContainEqual({ ...key('b'), mustStop: true });
      await attempts.remove([key('a')]);
      expect(await attempts.beat('w')).toEqual([{ ...key('b'), mustStop: true }]);
      await storage.database.transaction((tx) => tx.change('UPDATE "runs" SET "epoch" = 1'));
      expect(await attempts.beat('w')).toEqual([]);
    });

    it('can be withdrawn until somebody takes them', async () => {
      await attempts.claim(key('a'), 'w');
      expect(await attempts.withdraw(key('a'))).toBe(false);
      expect(await attempts.withdraw(key('b'))).toBe(true);
      expect(await attempts.claim(key('b'), 'w')).toBe(false);
    });

    it('are swept, with their reports, when their run has ended, was taken over, or is gone', async () => {
      await attempts.claim(key('a'), 'w');
      await attempts.report(key('a'), 'w', 0, [report('one')], false);
      await attempts.add([key('gone', runId('run_gone'))]);
      expect(await attempts.sweep()).toBe(1);
      await storage.database.transaction((tx) => tx.change(`UPDATE "runs" SET "status" = 'SUCCESS'`));
      expect(await attempts.sweep()).toBe(2);
      expect(await storage.database.read('SELECT "number" AS "number" FROM "pool_reports"')).toEqual([]);
    });
  });
});

import { type JournalEntry, type JsonObject, type RunStatus, epochMs } from '../../src/executor/core/index.js';
import {
  DatabaseLostError,
  IdempotencyConflictError,
  type Lease,
  type RunProjection,
} from '../../src/storage/index.js';
import {
  HERE,
  NOON,
  type OpenStorage,
  type StorageUnderTest,
  aGraph,
  aGraphId,
  aProjection,
  aRecord,
  aRun,
  aRunId,
  anEntry,
} from './storage-under-test.js';

const HOUR_MS = 3_600_000;

/** What every adapter of the repositories does. */
export function describeRepositories(adapter: string, open: OpenStorage): void {
  describe(`on ${adapter}`, () => {
    let storage: StorageUnderTest;
    beforeEach(async () => {
      storage = await open();
    });
    afterEach(() => storage.close());

    describe('graphs', () => {
      it('are found with all they were stored with', async () => {
        const graph = aGraph(1, { specJson: '{ "name": "spaced",  "nodes": [] }' });
        await storage.graphs.create(HERE, graph);
        const { graphId, name, createdAt } = graph;
        const stored = {
          graphId,
          namespace: HERE,
          name,
          version: 1,
          createdAt,
          updatedAt: createdAt,
          archivedAt: null,
        };
        expect(await storage.graphs.find(HERE, graphId)).toEqual(stored);
        expect(await storage.graphs.findVersion(HERE, graphId, 1)).toEqual(graph);
        expect(await storage.graphs.findVersion(HERE, graphId, 2)).toBeUndefined();
        expect(await storage.graphs.find(HERE, aGraphId(2))).toBeUndefined();
      });

      it('get their versions in order, each kept', async () => {
        await storage.graphs.create(HERE, aGraph(1));
        const next = { graphId: aGraphId(1), name: 'renamed', specJson: '{"v":2}', createdAt: epochMs(NOON + 5) };
        const versions = await Promise.all([
          storage.graphs.addVersion(HERE, next),
          storage.graphs.addVersion(HERE, next),
        ]);
        // A server takes two that come at once in either order.
        expect([...versions].sort()).toEqual([2, 3]);
        expect(await storage.graphs.find(HERE, aGraphId(1))).toMatchObject({
          name: 'renamed',
          version: 3,
          updatedAt: NOON + 5,
        });
        expect(await storage.graphs.findVersion(HERE, aGraphId(1), 1)).toMatchObject({ name: 'graph 1' });
        expect(await storage.graphs.findVersion(HERE, aGraphId(1), 3)).toEqual({ ...next, version: 3 });
        expect(await storage.graphs.addVersion(HERE, { ...next, graphId: aGraphId(9) })).toBeUndefined();
      });

      it('are listed newest first, by page and by name, without the archived ones', async () => {
        for (const number of [1, 2, 3, 4, 5]) {
          await storage.graphs.create(HERE, aGraph(number, { name: number % 2 === 0 ? 'even' : 'odd' }));
        }
        await storage.graphs.archive(HERE, aGraphId(4), NOON);
        await storage.graphs.archive(HERE, aGraphId(4), epochMs(NOON + 1));
        const list = async (query: Parameters<typeof storage.graphs.list>[1]) =>
          (await storage.graphs.list(HERE, query)).map(({ graphId }) => graphId);
        expect(await list({ limit: 2 })).toEqual([aGraphId(5), aGraphId(3)]);
        expect(await list({ limit: 2, before: aGraphId(3) })).toEqual([aGraphId(2), aGraphId(1)]);
        expect(await list({ limit: 9, name: 'even' })).toEqual([aGraphId(2)]);
        expect(await list({ limit: 9, name: 'odd', before: aGraphId(5) })).toEqual([aGraphId(3), aGraphId(1)]);
        expect(await storage.graphs.find(HERE, aGraphId(4))).toMatchObject({ archivedAt: NOON });
      });

      it('are created together with the record that guards the request, or not at all', async () => {
        await storage.graphs.create(HERE, aGraph(1), aRecord('k'));
        await expect(storage.graphs.create(HERE, aGraph(2), aRecord('k'))).rejects.toBeInstanceOf(
          IdempotencyConflictError,
        );
        expect(await storage.graphs.find(HERE, aGraphId(2))).toBeUndefined();
      });
    });

    describe('runs', () => {
      const finish = (number: number, status: RunStatus) =>
        storage.journal.append({
          runId: aRunId(number),
          expectedSeq: 1,
          entries: [anEntry(2)],
          run: aProjection({ status, finishedAt: NOON }),
        });
      const list = async (query: Parameters<typeof storage.runs.list>[1]) =>
        (await storage.runs.list(HERE, query)).map(({ runId }) => runId);

      beforeEach(async () => {
        await storage.graphs.create(HERE, aGraph(1));
        await storage.graphs.create(HERE, aGraph(2));
      });
      const create = (number: number, changes: Parameters<typeof aRun>[1] = {}) =>
        storage.journal.create(aRun(number, changes), [anEntry(1)]);

      it('are found with all they were created with', async () => {
        const run = aRun(1, { inputJson: '{"n":[1,2]}', labels: { team: 'ä', constructor: 'x' } });
        await storage.journal.create(run, [anEntry(1)]);
        const empty = { startedAt: null, finishedAt: null, resultJson: null, errorJson: null, nodesJson: null };
        const first = { retryOf: null, rootRunId: aRunId(1) };
        const expected = { ...run, status: 'PENDING', progress: 0, lastSeq: 1, epoch: 0, ...empty, ...first };
        expect(await storage.runs.find(HERE, aRunId(1))).toEqual(expected);
        expect(await storage.runs.list(HERE, { limit: 1 })).toEqual([expected]);
        expect(await storage.runs.findStatus(HERE, aRunId(1))).toBe(expected.status);
        expect(await storage.runs.find(HERE, aRunId(2))).toBeUndefined();
        expect(await storage.runs.findStatus(HERE, aRunId(2))).toBeUndefined();
      });

      it('are listed newest first, by page', async () => {
        for (const number of [2, 1, 3]) await create(number);
        expect(await list({ limit: 2 })).toEqual([aRunId(3), aRunId(2)]);
        expect(await list({ limit: 2, before: aRunId(2) })).toEqual([aRunId(1)]);
      });

      it('are filtered by status, graph, labels and time, all together', async () => {
        await create(1, { labels: { team: 'a', env: 'prod' } });
        await create(2, { labels: { team: 'a', env: 'test' } });
        await create(3, { labels: { team: 'b', env: 'prod' }, graphId: aGraphId(2) });
        await create(4, { labels: { team: 'a', env: 'prod' }, createdAt: epochMs(NOON + 1_000) });
        await finish(1, 'SUCCESS');
        await finish(2, 'FAILED');
        expect(await list({ limit: 9, statuses: ['SUCCESS'] })).toEqual([aRunId(1)]);
        expect(await list({ limit: 9, statuses: ['SUCCESS', 'FAILED'] })).toEqual([aRunId(2), aRunId(1)]);
        expect(await list({ limit: 9, statuses: ['CANCELLED'] })).toEqual([]);
        expect(await list({ limit: 9, graphId: aGraphId(2) })).toEqual([aRunId(3)]);
        expect(await list({ limit: 9, labels: [['team', 'a']] })).toEqual([aRunId(4), aRunId(2), aRunId(1)]);
        expect(await list({ limit: 1, labels: [['team', 'a']], before: aRunId(4) })).toEqual([aRunId(2)]);
        const prod = [
          ['env', 'prod'],
          ['team', 'a'],
        ] as const;
        expect(await list({ limit: 9, labels: prod })).toEqual([aRunId(4), aRunId(1)]);
        expect(await list({ limit: 9, labels: prod, statuses: ['SUCCESS'], graphId: aGraphId(1) })).toEqual([
          aRunId(1),
        ]);
        expect(await list({ limit: 9, createdAfter: NOON })).toEqual([aRunId(4)]);
        expect(await list({ limit: 9, createdAfter: epochMs(NOON - 1) })).toHaveLength(4);
        expect(await list({ limit: 9, createdAfter: NOON, labels: [['team', 'a']] })).toEqual([aRunId(4)]);
        expect(await list({ limit: 9, createdAfter: epochMs(8.64e15) })).toEqual([]);
        expect(await list({ limit: 9, createdAfter: epochMs(-1e15) })).toHaveLength(4);
      });

      it('that have not ended are found, each once, page by page', async () => {
        for (const number of [5, 2, 4, 1, 3]) await create(number);
        await finish(2, 'RUNNING');
        await finish(3, 'SUCCESS');
        const first = await storage.allRuns.unfinished({ limit: 3 });
        const second = await storage.allRuns.unfinished({ limit: 3, after: first.at(-1) });
        expect(first).toHaveLength(3);
        expect([...first, ...second].map(({ runId }) => runId).sort()).toEqual([1, 2, 4, 5].map(aRunId));
        expect(await storage.allRuns.unfinished({ limit: 3, after: second.at(-1) })).toEqual([]);
      });
    });

    describe('artifacts', () => {
      const artifact = (name: string, body: Uint8Array) => ({
        runId: aRunId(1),
        name,
        nodeId: 'chart',
        contentType: 'image/png',
        bytes: body.byteLength,
        sha256: 'f'.repeat(64),
        createdAt: NOON,
        body,
      });

      beforeEach(async () => {
        await storage.graphs.create(HERE, aGraph(1));
        await storage.journal.create(aRun(1), [anEntry(1)]);
      });

      it('are given back byte by byte, and listed by name without their bodies', async () => {
        const body = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256);
        const large = artifact('b.png', body);
        await storage.artifacts.put(large);
        await storage.artifacts.put(artifact('a.png', new Uint8Array()));
        const found = await storage.artifacts.find(aRunId(1), 'b.png');
        expect(found).toEqual({ ...large, body: expect.anything() as unknown });
        expect(Buffer.compare(found?.body ?? new Uint8Array(), body)).toBe(0);
        expect((await storage.artifacts.find(aRunId(1), 'a.png'))?.body).toHaveLength(0);
        const listed = await storage.artifacts.list(aRunId(1));
        expect(listed.map(({ name }) => name)).toEqual(['a.png', 'b.png']);
        expect({ ...listed[1], body }).toEqual(large);
      });

      it('are replaced by one of the same name', async () => {
        await storage.artifacts.put(artifact('a.png', Buffer.from('old')));
        await storage.artifacts.put(artifact('a.png', Buffer.from('newer')));
        expect(await storage.artifacts.list(aRunId(1))).toMatchObject([{ bytes: 5 }]);
        expect(await storage.artifacts.find(aRunId(1), 'a.png')).toMatchObject({
          bytes: 5,
          body: Buffer.from('newer'),
        });
      });

      it('of another run or name are unknown', async () => {
        expect(await storage.artifacts.list(aRunId(2))).toEqual([]);
        expect(await storage.artifacts.find(aRunId(1), 'none')).toBeUndefined();
      });
    });

    describe('idempotency records', () => {
      const { scope } = aRecord('k');
      beforeEach(() => storage.graphs.create(HERE, aGraph(1), aRecord('k')));

      it('are found by scope and key for 24 hours', async () => {
        const find = (now: number) => storage.idempotency.find(scope, 'k', epochMs(now));
        expect(await find(NOON)).toEqual(aRecord('k'));
        expect(await find(NOON + 24 * HOUR_MS - 1)).toEqual(aRecord('k'));
        expect(await find(NOON + 24 * HOUR_MS)).toBeUndefined();
        expect(await storage.idempotency.find('other', 'k', NOON)).toBeUndefined();
      });

      it('that have expired make way for a new one', async () => {
        const later = epochMs(NOON + 24 * HOUR_MS);
        const renewed = aRecord('k', { createdAt: later, bodyJson: '"new"', location: null, status: 201 });
        await storage.graphs.create(HERE, aGraph(2), renewed);
        expect(await storage.idempotency.find(scope, 'k', later)).toEqual(renewed);
      });

      it('are purged by age, however many they are', async () => {
        const young = epochMs(NOON + HOUR_MS);
        await storage.graphs.create(HERE, aGraph(2), aRecord('young', { createdAt: young }));
        // A few at a time: a server has few connections, for which nobody waits for long.
        const creators = Array.from({ length: 10 }, async (_, creator) => {
          for (let index = creator; index < 1_500; index += 10) {
            await storage.graphs.create(HERE, aGraph(10 + index), aRecord(`old ${index}`));
          }
        });
        await Promise.all(creators);
        await storage.idempotency.purge(young);
        expect(await storage.idempotency.find(scope, 'k', NOON)).toBeUndefined();
        expect(await storage.idempotency.find(scope, 'old 1499', NOON)).toBeUndefined();
        expect(await storage.idempotency.find(scope, 'young', NOON)).toMatchObject({ key: 'young' });
      });
    });

    it('tells how far a run has come', async () => {
      await storage.graphs.create(HERE, aGraph(1));
      await storage.journal.create(aRun(1), [anEntry(1)]);
      const run = aProjection({ progress: 40 });
      await storage.journal.append({ runId: aRunId(1), expectedSeq: 1, entries: [anEntry(2)], run });
      expect(await storage.runs.findHead(HERE, aRunId(1))).toEqual({
        runId: aRunId(1),
        status: 'RUNNING',
        progress: 40,
        lastSeq: 2,
      });
      expect(await storage.runs.findHead(HERE, aRunId(2))).toBeUndefined();
    });

    describe('runs that expire in the queue', () => {
      it('are those that have not begun and must in time', async () => {
        await storage.graphs.create(HERE, aGraph(1));
        const queued = (settings: JsonObject) => [anEntry(1, { data: { settings } })];
        await storage.journal.create(aRun(1), queued({ expire_if_not_started_sec: 1.5 }));
        await storage.journal.create(aRun(2), queued({ concurrency: 1 }));
        await storage.journal.create(aRun(3), queued({ expire_if_not_started_sec: 5 }));
        await storage.journal.append({ runId: aRunId(3), expectedSeq: 1, entries: [anEntry(2)], run: aProjection() });
        expect(await storage.allRuns.expiring()).toEqual([{ runId: aRunId(1), startBy: NOON + 1 + 1_500 }]);
      });
    });

    describe('runs that crashed often', () => {
      const interrupted = (seq: number, nodeId: string, cause: string) =>
        anEntry(seq, { type: 'node.interrupted', nodeId, data: { cause } });
      const given = async (number: number, entries: readonly JournalEntry[], changes: Partial<RunProjection> = {}) => {
        await storage.journal.create(aRun(number), [anEntry(1)]);
        const run = aProjection({ epoch: 2, ...changes });
        await storage.journal.append({ runId: aRunId(number), expectedSeq: 1, entries, run });
      };

      it('are the unfinished ones with a node that crashes interrupted that many times', async () => {
        await storage.graphs.create(HERE, aGraph(1));
        await given(1, [interrupted(2, 'a', 'crash'), interrupted(3, 'a', 'crash')]);
        await given(2, [interrupted(2, 'a', 'crash'), interrupted(3, 'b', 'crash')]);
        await given(3, [interrupted(2, 'a', 'crash'), interrupted(3, 'a', 'shutdown')]);
        await given(4, [interrupted(2, 'a', 'crash'), interrupted(3, 'a', 'crash')], { status: 'FAILED' });
        await given(5, [interrupted(2, 'a', 'crash'), interrupted(3, 'b', 'crash'), interrupted(4, 'b', 'crash')]);
        expect(await storage.allRuns.crashedOften(2)).toEqual([aRunId(1), aRunId(5)]);
        expect(await storage.allRuns.crashedOften(3)).toEqual([]);
      });
    });

    describe('the lease', () => {
      const ask = (owner: string, at: number, replaces?: Lease) =>
        storage.leases.acquire({ owner, expiresAt: epochMs(NOON + at), replaces });

      it('goes to the first who asks, and stays with it', async () => {
        const lease = { owner: 'one', expiresAt: NOON + 1_000 };
        expect(await ask('one', 1_000)).toEqual(lease);
        expect(await ask('two', 9_000)).toEqual(lease);
        expect(await ask('two', 500)).toEqual(lease);
      });

      it('is renewed by its owner', async () => {
        await ask('one', 1_000);
        expect(await ask('one', 1_500)).toEqual({ owner: 'one', expiresAt: NOON + 1_500 });
        expect(await ask('two', 1_200)).toEqual({ owner: 'one', expiresAt: NOON + 1_500 });
      });

      it('is replaced when its owner is said to have gone, unless that one has renewed it', async () => {
        const seen = await ask('one', 1_000);
        await ask('one', 2_000);
        expect(await ask('two', 3_000, seen)).toEqual({ owner: 'one', expiresAt: NOON + 2_000 });
        expect(await ask('two', 3_000, epochAt('one', 2_000))).toEqual({ owner: 'two', expiresAt: NOON + 3_000 });
        expect(await ask('three', 4_000, epochAt('one', 2_000))).toMatchObject({ owner: 'two' });
      });

      it('is freed by its owner alone', async () => {
        await ask('one', 1_000);
        await storage.leases.release('two');
        expect(await ask('two', 1_000)).toMatchObject({ owner: 'one' });
        await storage.leases.release('one');
        expect(await ask('two', 1_000)).toMatchObject({ owner: 'two' });
      });

      it('fences a process that lost it: nothing it writes is stored, whatever it is', async () => {
        const lost: (Lease | undefined)[] = [];
        await ask('one', 1_000);
        await storage.graphs.create(HERE, aGraph(1));
        storage.leases.fence('one', (lease) => lost.push(lease));
        await storage.journal.create(aRun(1), [anEntry(1)]);
        await ask('two', 2_000, epochAt('one', 1_000));
        const append = { runId: aRunId(1), expectedSeq: 1, entries: [anEntry(2)], run: aProjection() };
        const late = [
          storage.journal.append(append),
          storage.journal.create(aRun(2), [anEntry(1)]),
          storage.graphs.create(HERE, aGraph(7)),
          ask('one', 3_000),
          storage.leases.release('one'),
        ];
        for (const write of late) await expect(write).rejects.toBeInstanceOf(DatabaseLostError);
        await expect(storage.journal.create(aRun(3), [anEntry(1)])).rejects.toBeInstanceOf(DatabaseLostError);
        expect(lost).toEqual([{ owner: 'two', expiresAt: NOON + 2_000 }]);
        expect(await storage.journal.read(aRunId(1), { afterSeq: 0, limit: 10 })).toHaveLength(1);
        expect(await storage.runs.find(HERE, aRunId(2))).toBeUndefined();
      });
    });
  });
}

const epochAt = (owner: string, at: number): Lease => ({ owner, expiresAt: epochMs(NOON + at) });

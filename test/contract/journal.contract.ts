import type { JsonObject } from '../../src/executor/core/index.js';
import { IdempotencyConflictError, RetriedRunGoneError, StaleWriterError } from '../../src/storage/index.js';
import {
  HERE,
  NOON,
  type OpenStorage,
  type StorageUnderTest,
  aGraph,
  aProjection,
  aRecord,
  aRun,
  aRunId,
  anEntry,
  entriesFrom,
  someData,
} from './storage-under-test.js';

/** What every adapter of the Journal does. */
export function describeJournal(adapter: string, open: OpenStorage): void {
  describe(`the journal on ${adapter}`, () => {
    let storage: StorageUnderTest;
    beforeEach(async () => {
      storage = await open();
      await storage.graphs.create(HERE, aGraph(1));
    });
    afterEach(() => storage.close());

    /** What a run is that retries no other. */
    const first = { retryOf: null, rootRunId: aRunId(1) };
    const createRun = (number: number, entries = 1) => storage.journal.create(aRun(number), entriesFrom(1, entries));
    const append = (number: number, expectedSeq: number, count: number) =>
      storage.journal.append({
        runId: aRunId(number),
        expectedSeq,
        entries: entriesFrom(expectedSeq + 1, expectedSeq + count),
        run: aProjection(),
      });
    const seqsOf = async (number: number): Promise<number[]> => {
      const entries = await storage.journal.read(aRunId(number), { afterSeq: 0, limit: 100_000 });
      return entries.map(({ seq }) => seq);
    };

    it('gives entries back as they were, in order and without a gap', async () => {
      const first = anEntry(1, { data: { input: { a: 1 } } });
      const rest = [
        anEntry(2, { type: 'node.started', nodeId: '__proto__', attempt: 1, lvl: 'debug' }),
        anEntry(3, { type: 'node.succeeded', progress: 50, data: { output: ['ü', 1.5, null, false] } }),
        anEntry(4, { type: 'run.failed', nodeId: null, attempt: null, lvl: 'error', msg: 'why not "quoted" 😀' }),
      ];
      await storage.journal.create(aRun(1), [first]);
      await storage.journal.append({ runId: aRunId(1), expectedSeq: 1, entries: rest, run: aProjection() });
      expect(await storage.journal.read(aRunId(1), { afterSeq: 0, limit: 10 })).toEqual([first, ...rest]);
    });

    it('stores a run that has begun with what began it', async () => {
      const begun = aProjection({ progress: 5 });
      await storage.journal.create(aRun(1, { projection: begun }), entriesFrom(1, 3));
      expect(await seqsOf(1)).toEqual([1, 2, 3]);
      expect(await storage.runs.find(HERE, aRunId(1))).toMatchObject({ ...begun, lastSeq: 3 });
      await append(1, 3, 1);
      expect(await seqsOf(1)).toEqual([1, 2, 3, 4]);
    });

    it('keeps every key of the data, as plain data', async () => {
      const data = JSON.parse('{"__proto__":{"x":1},"constructor":"c"}') as JsonObject;
      await storage.journal.create(aRun(1), [anEntry(1, { data })]);
      const [entry] = await storage.journal.read(aRunId(1), { afterSeq: 0, limit: 1 });
      expect(JSON.stringify(entry?.data)).toBe('{"__proto__":{"x":1},"constructor":"c"}');
    });

    it('reads a page after a sequence number', async () => {
      await createRun(1, 10);
      const page = await storage.journal.read(aRunId(1), { afterSeq: 4, limit: 3 });
      expect(page.map(({ seq }) => seq)).toEqual([5, 6, 7]);
      expect(await storage.journal.read(aRunId(1), { afterSeq: 10, limit: 3 })).toEqual([]);
    });

    it('ends a page with the entry that makes it large enough, and reads one in any case', async () => {
      await createRun(1, 10);
      const { msg } = anEntry(2);
      const page = (maxChars: number) =>
        storage.journal.read(aRunId(1), { afterSeq: 1, limit: 5, maxChars }).then((entries) => entries.length);
      expect(await page(msg.length * 3)).toBe(3);
      expect(await page(1)).toBe(1);
      expect(await page(1_000_000)).toBe(5);
    });

    it('filters by minimum level and by node, together', async () => {
      const entries = [
        anEntry(1),
        anEntry(2, { nodeId: 'a', lvl: 'debug' }),
        anEntry(3, { nodeId: 'a', lvl: 'warn' }),
        anEntry(4, { nodeId: 'b', lvl: 'error' }),
        anEntry(5, { nodeId: 'a', lvl: 'error' }),
      ];
      await storage.journal.create(aRun(1), entries);
      const seqs = async (filter: { minLevel?: 'debug' | 'info' | 'warn' | 'error'; nodeId?: string }) =>
        (await storage.journal.read(aRunId(1), { afterSeq: 0, limit: 10, ...filter })).map(({ seq }) => seq);
      expect(await seqs({ minLevel: 'debug' })).toEqual([1, 2, 3, 4, 5]);
      expect(await seqs({ minLevel: 'warn' })).toEqual([3, 4, 5]);
      expect(await seqs({ nodeId: 'a' })).toEqual([2, 3, 5]);
      expect(await seqs({ nodeId: 'a', minLevel: 'warn' })).toEqual([3, 5]);
      expect(await seqs({ nodeId: 'none' })).toEqual([]);
    });

    it('knows nothing of an unknown run', async () => {
      expect(await seqsOf(7)).toEqual([]);
      await expect(append(7, 0, 1)).rejects.toBeInstanceOf(StaleWriterError);
    });

    it('writes the row of the run together with the entries it follows from', async () => {
      await createRun(1);
      const run = aProjection({
        status: 'SUCCESS',
        progress: 100,
        epoch: 2,
        finishedAt: NOON,
        resultJson: '{"outputs":{}}',
        nodesJson: '[]',
      });
      await storage.journal.append({ runId: aRunId(1), expectedSeq: 1, entries: entriesFrom(2, 4), run });
      expect(await storage.runs.find(HERE, aRunId(1))).toEqual({ ...aRun(1), ...run, ...first, lastSeq: 4 });
    });

    it('creates a retry with its progress, its place in the chain and copies of files, in one go', async () => {
      await createRun(1);
      const file = {
        runId: aRunId(1),
        nodeId: 'a',
        contentType: 'text/plain',
        bytes: 1,
        sha256: 'aa',
        createdAt: NOON,
      };
      const body = new Uint8Array([7]);
      for (const name of ['kept.txt', 'left.txt']) await storage.artifacts.put({ ...file, name, body });
      const retry = { retryOf: aRunId(1), rootRunId: aRunId(1), artifacts: ['kept.txt'] };
      const reused = anEntry(2, { type: 'node.reused', attempt: 0, progress: 50 });
      await storage.journal.create(aRun(2, { retry }), [anEntry(1), reused]);
      expect(await storage.runs.find(HERE, aRunId(2))).toMatchObject({
        retryOf: aRunId(1),
        rootRunId: aRunId(1),
        progress: 50,
        lastSeq: 2,
      });
      expect(await storage.artifacts.list(aRunId(2))).toEqual([{ ...file, name: 'kept.txt', runId: aRunId(2) }]);
      const copy = await storage.artifacts.find(aRunId(2), 'kept.txt');
      expect(Buffer.from(copy?.body ?? [])).toEqual(Buffer.from(body));
    });

    it('moves the progress alone where nothing else of the row changed', async () => {
      await createRun(1);
      const begun = aProjection({ status: 'RUNNING', epoch: 1 });
      await storage.journal.append({ runId: aRunId(1), expectedSeq: 1, entries: [anEntry(2)], run: begun });
      const next = { runId: aRunId(1), expectedSeq: 2, entries: [anEntry(3)], run: { progress: 40 } };
      await storage.journal.append(next);
      expect(await storage.runs.find(HERE, aRunId(1))).toEqual({
        ...aRun(1),
        ...begun,
        ...first,
        progress: 40,
        lastSeq: 3,
      });
      await expect(storage.journal.append(next)).rejects.toBeInstanceOf(StaleWriterError);
    });

    it('creates nothing of a retry whose files are gone', async () => {
      await createRun(1);
      const retry = { retryOf: aRunId(1), rootRunId: aRunId(1), artifacts: ['gone.txt'] };
      const created = storage.journal.create(aRun(2, { retry }), [anEntry(1)]);
      await expect(created).rejects.toBeInstanceOf(RetriedRunGoneError);
      expect(await storage.runs.find(HERE, aRunId(2))).toBeUndefined();
    });

    it('refuses an append that does not follow the last entry, and stores nothing of it', async () => {
      await createRun(1, 3);
      await expect(append(1, 2, 2)).rejects.toMatchObject({ name: 'StaleWriterError', runId: aRunId(1) });
      await expect(append(1, 5, 2)).rejects.toBeInstanceOf(StaleWriterError);
      expect(await seqsOf(1)).toEqual([1, 2, 3]);
      expect(await storage.runs.find(HERE, aRunId(1))).toMatchObject({ status: 'PENDING', lastSeq: 3 });
    });

    it('lets one of two sessions append to a run, whatever the timing', async () => {
      await createRun(1);
      const results = await Promise.allSettled([append(1, 1, 1), append(1, 1, 3), append(1, 1, 2)]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
      expect(await seqsOf(1)).toEqual([1, 2]);
    });

    it('refuses entries with a gap among themselves', async () => {
      await createRun(1);
      const gap = { runId: aRunId(1), expectedSeq: 1, entries: [anEntry(2), anEntry(4)], run: aProjection() };
      await expect(storage.journal.append(gap)).rejects.toThrow('entry 4 cannot follow entry 2');
      await expect(storage.journal.create(aRun(2), [anEntry(2)])).rejects.toThrow(RangeError);
      expect(await seqsOf(1)).toEqual([1]);
    });

    it('stores the good ones of many appends that come at once', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, index) => createRun(index)));
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => append(index, index % 4 === 0 ? 9 : 1, 2)),
      );
      const failed = results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
      expect(failed).toEqual([0, 4, 8, 12, 16]);
      for (let index = 0; index < 20; index += 1)
        expect(await seqsOf(index)).toEqual(index % 4 === 0 ? [1] : [1, 2, 3]);
    });

    it('does not create a run twice', async () => {
      await createRun(1, 2);
      await expect(createRun(1, 1)).rejects.toThrow();
      expect(await seqsOf(1)).toEqual([1, 2]);
    });

    it('creates a run and the record that guards its request together, or neither', async () => {
      const [first, second] = await Promise.allSettled([
        storage.journal.create(aRun(1), [anEntry(1)], aRecord('k', { bodyJson: '"first"' })),
        storage.journal.create(aRun(2), [anEntry(1)], aRecord('k', { bodyJson: '"second"' })),
      ]);
      expect(first).toMatchObject({ status: 'fulfilled' });
      expect(second).toMatchObject({ status: 'rejected', reason: expect.any(IdempotencyConflictError) as unknown });
      expect(await storage.runs.find(HERE, aRunId(2))).toBeUndefined();
      expect(await seqsOf(2)).toEqual([]);
      expect(await storage.idempotency.find(aRecord('k').scope, 'k', NOON)).toMatchObject({ bodyJson: '"first"' });

      await expect(storage.journal.create(aRun(1), [anEntry(1)], aRecord('other'))).rejects.toThrow();
      expect(await storage.idempotency.find(aRecord('other').scope, 'other', NOON)).toBeUndefined();
    });

    describe('files that entries refer to', () => {
      const aFile = (name: string, bytes = 3) => ({
        name,
        nodeId: 'a',
        contentType: 'application/json',
        bytes,
        sha256: 'aa',
        createdAt: NOON,
        body: new Uint8Array(bytes).fill(7),
      });
      const filesOf = async (number: number): Promise<string[]> =>
        (await storage.artifacts.list(aRunId(number))).map(({ name }) => name);

      it('are stored with the entries of a new run and of an append', async () => {
        const first = aFile('$output.a.0.json');
        await storage.journal.create(aRun(1, { files: [first] }), [anEntry(1)]);
        const files = [aFile('$output.a.1.json'), aFile('$output.b.1.json')];
        await storage.journal.append({
          runId: aRunId(1),
          expectedSeq: 1,
          entries: [anEntry(2)],
          files,
          run: aProjection(),
        });
        expect(await filesOf(1)).toEqual(['$output.a.0.json', '$output.a.1.json', '$output.b.1.json']);
        const found = await storage.artifacts.find(aRunId(1), '$output.a.0.json');
        expect({ ...found, body: Buffer.from(found?.body ?? []) }).toEqual({
          ...first,
          runId: aRunId(1),
          body: Buffer.from(first.body),
        });
      });

      it('are not stored without them', async () => {
        await createRun(1, 2);
        const late = { runId: aRunId(1), expectedSeq: 1, entries: [anEntry(2)], run: aProjection() };
        const append = storage.journal.append({ ...late, files: [aFile('$output.a.1.json')] });
        await expect(append).rejects.toBeInstanceOf(StaleWriterError);
        await expect(storage.journal.create(aRun(1, { files: [aFile('x')] }), [anEntry(1)])).rejects.toThrow();
        const retry = { retryOf: aRunId(1), rootRunId: aRunId(1), artifacts: ['gone.txt'] };
        const created = storage.journal.create(aRun(2, { retry, files: [aFile('x')] }), [anEntry(1)]);
        await expect(created).rejects.toBeInstanceOf(RetriedRunGoneError);
        expect(await filesOf(1)).toEqual([]);
        expect(await filesOf(2)).toEqual([]);
      });

      it('may be of 16 megabytes, several at once, beside appends of other runs', async () => {
        const bytes = 16_777_216;
        await createRun(1);
        await createRun(2);
        const files = [aFile('$output.a.1.json', bytes), aFile('$output.b.1.json', bytes)];
        await Promise.all([
          storage.journal.append({
            runId: aRunId(1),
            expectedSeq: 1,
            entries: [anEntry(2)],
            files,
            run: aProjection(),
          }),
          append(2, 1, 1),
        ]);
        expect(await storage.artifacts.list(aRunId(1))).toMatchObject([{ bytes }, { bytes }]);
        const found = await storage.artifacts.find(aRunId(1), '$output.b.1.json');
        expect(Buffer.compare(Buffer.from(found?.body ?? []), Buffer.alloc(bytes, 7))).toBe(0);
        expect([await seqsOf(1), await seqsOf(2)]).toEqual([
          [1, 2],
          [1, 2],
        ]);
      });
    });

    it('carries entries of a megabyte', async () => {
      const data = someData(1_048_576);
      await createRun(1);
      const entries = [anEntry(2, { data }), anEntry(3), anEntry(4, { data })];
      await storage.journal.append({ runId: aRunId(1), expectedSeq: 1, entries, run: aProjection() });
      const [second, third, fourth] = await storage.journal.read(aRunId(1), { afterSeq: 1, limit: 10 });
      expect(second?.data).toEqual(data);
      expect(third?.data).toBeNull();
      expect(fourth?.data).toEqual(data);
    });

    it('carries ten thousand entries in one append', async () => {
      await createRun(1);
      await append(1, 1, 10_000);
      expect(await seqsOf(1)).toHaveLength(10_001);
    });
  });
}

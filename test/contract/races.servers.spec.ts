import { epochMs } from '../../src/executor/core/index.js';
import { ConstraintError, IdempotencyConflictError } from '../../src/storage/index.js';
import { DATABASE_SERVERS } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { ServerStorage } from './server-storage.js';
import {
  HERE,
  NOON,
  type StorageUnderTest,
  aGraph,
  aGraphId,
  aKeyId,
  aProjection,
  aRecord,
  aRun,
  aRunId,
  anApiKey,
  anEntry,
  entriesFrom,
} from './storage-under-test.js';

/** How many do the same at the same time. */
const MANY = 8;
const each = Array.from({ length: MANY }, (_, index) => index + 1);

/** Each storage has connections of its own, as processes have. */
describe.each(DATABASE_SERVERS)('processes that are in each other’s way', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `on ${server}`, () => {
    let storage: ServerStorage;
    let one: StorageUnderTest;
    let other: StorageUnderTest;
    beforeAll(async () => {
      storage = await ServerStorage.create(create);
    });
    afterAll(() => storage.drop());
    beforeEach(async () => {
      one = await storage.openEmpty();
      other = await storage.open();
      await one.graphs.create(HERE, aGraph(1));
    });
    afterEach(async () => {
      await one.close();
      await other.close();
    });
    const either = (index: number): StorageUnderTest => (index % 2 === 0 ? one : other);

    const outcomesOf = async (attempts: readonly Promise<unknown>[]) => {
      const settled = await Promise.allSettled(attempts);
      const failures = settled
        .filter(({ status }) => status === 'rejected')
        .map((result) => 'reason' in result && (result.reason as unknown));
      return { successes: settled.length - failures.length, failures };
    };

    it('lose no version of a graph', async () => {
      const next = { graphId: aGraphId(1), name: 'renamed', createdAt: NOON };
      const versions = await Promise.all(
        each.map((index) => either(index).graphs.addVersion(HERE, { ...next, specJson: `{"v":${index}}` })),
      );
      expect([...versions].sort()).toEqual(each.map((index) => index + 1));
      expect(await one.graphs.find(HERE, aGraphId(1))).toMatchObject({ version: MANY + 1 });
      for (const [index, version] of versions.entries()) {
        const stored = await other.graphs.findVersion(HERE, aGraphId(1), version ?? 0);
        expect(stored?.specJson).toBe(`{"v":${index + 1}}`);
      }
    });

    it('see at once that another one has archived a graph, or added a version', async () => {
      await one.graphs.find(HERE, aGraphId(1));
      await other.graphs.addVersion(HERE, { graphId: aGraphId(1), name: 'n', specJson: '{}', createdAt: NOON });
      expect(await one.graphs.find(HERE, aGraphId(1))).toMatchObject({ version: 2 });
      await other.graphs.archive(HERE, aGraphId(1), NOON);
      expect(await one.graphs.find(HERE, aGraphId(1))).toMatchObject({ archivedAt: NOON });
    });

    it('archive a graph while runs of it are created: each is stored, and the first archiving counts', async () => {
      const creations = each.map((number) => either(number).journal.create(aRun(number), [anEntry(1)]));
      const archivings = each.map((index) => either(index).graphs.archive(HERE, aGraphId(1), epochMs(NOON + index)));
      await Promise.all([...creations, ...archivings]);
      const { archivedAt } = (await one.graphs.find(HERE, aGraphId(1))) ?? {};
      expect(archivedAt).toBeGreaterThan(NOON);
      await one.graphs.archive(HERE, aGraphId(1), epochMs(NOON + 99));
      expect(await other.graphs.find(HERE, aGraphId(1))).toMatchObject({ archivedAt });
      expect(await one.runs.list(HERE, { limit: 50, graphId: aGraphId(1) })).toHaveLength(MANY);
    });

    it.each(['free', 'expired'])('take an idempotency key that is %s once, graphs and runs alike', async (state) => {
      const createdAt = epochMs(NOON + 48 * 3_600_000);
      if (state === 'expired') await one.graphs.create(HERE, aGraph(90), aRecord('k'));
      const guard = (index: number) => aRecord('k', { createdAt, bodyJson: `"${index}"` });
      const attempts = each.map((index) =>
        index <= MANY / 2
          ? either(index).graphs.create(HERE, aGraph(10 + index), guard(index))
          : either(index).journal.create(aRun(index), [anEntry(1)], guard(index)),
      );
      const { successes, failures } = await outcomesOf(attempts);
      expect(successes).toBe(1);
      for (const failure of failures) expect(failure).toBeInstanceOf(IdempotencyConflictError);
      const record = await other.idempotency.find(aRecord('k').scope, 'k', createdAt);
      const winner = Number(JSON.parse(record?.bodyJson ?? '0'));
      const graphs = await one.graphs.list(HERE, { limit: 50 });
      const runs = await one.runs.list(HERE, { limit: 50 });
      const made = [...graphs.map(({ graphId }) => graphId), ...runs.map(({ runId }) => runId)];
      const expected = winner <= MANY / 2 ? aGraphId(10 + winner) : aRunId(winner);
      expect(made.filter((id) => id !== aGraphId(1) && id !== aGraphId(90))).toEqual([expected]);
    });

    it('purge records while others take the same keys', async () => {
      const later = epochMs(NOON + 48 * 3_600_000);
      for (const index of each) await one.graphs.create(HERE, aGraph(10 + index), aRecord(`k${index}`));
      const takings = each.map((index) =>
        either(index).graphs.create(HERE, aGraph(20 + index), aRecord(`k${index}`, { createdAt: later })),
      );
      await Promise.all([...takings, ...each.map((index) => either(index).idempotency.purge(epochMs(NOON + 1)))]);
      for (const index of each) {
        expect(await one.idempotency.find(aRecord('').scope, `k${index}`, later)).toMatchObject({ createdAt: later });
      }
    });

    it('rotate a key once', async () => {
      await one.apiKeys.create(anApiKey(1));
      const rotations = each.map((index) =>
        either(index).apiKeys.rotate({ keyId: aKeyId(1), endsAt: NOON, replacement: anApiKey(1 + index) }),
      );
      const rotated = await Promise.all(rotations);
      expect(rotated.filter(Boolean)).toHaveLength(1);
      const replacedBy = aKeyId(2 + rotated.indexOf(true));
      expect(await other.apiKeys.find(aKeyId(1))).toMatchObject({ replacedBy, expiresAt: NOON });
      expect(await one.apiKeys.list({ limit: 50 })).toHaveLength(2);
    });

    it('rotate and revoke a key: it has a replacement, or none', async () => {
      await one.apiKeys.create(anApiKey(1));
      const [rotated] = await Promise.all([
        one.apiKeys.rotate({ keyId: aKeyId(1), endsAt: NOON, replacement: anApiKey(2) }),
        other.apiKeys.revoke(aKeyId(1), NOON),
      ]);
      const key = await one.apiKeys.find(aKeyId(1));
      expect(key).toMatchObject({ revokedAt: NOON, replacedBy: rotated ? aKeyId(2) : null });
      expect((await one.apiKeys.find(aKeyId(2))) !== undefined).toBe(rotated);
    });

    it('keep the last use of a key, whoever notes it first', async () => {
      await one.apiKeys.create(anApiKey(1));
      await Promise.all(each.map((index) => either(index).apiKeys.touch(aKeyId(1), epochMs(NOON + index))));
      expect(await one.apiKeys.find(aKeyId(1))).toMatchObject({ lastUsedAt: NOON + MANY });
    });

    it('remove the same runs and clear them together: each row is counted once', async () => {
      const runs = Array.from({ length: 40 }, (_, index) => index + 1);
      for (const number of runs) {
        const labels = { team: 'x' };
        await one.journal.create(aRun(number, { labels }), [anEntry(1)]);
        const run = aProjection({ status: 'SUCCESS', finishedAt: NOON });
        const entries = entriesFrom(2, 40);
        await one.journal.append({ runId: aRunId(number), expectedSeq: 1, entries, run });
      }
      const query = { horizon: epochMs(NOON + 1), at: NOON, limit: 15 };
      const removed = await Promise.all(each.map((index) => either(index).removals.removeFinished(query)));
      expect(removed.reduce((sum, count) => sum + count)).toBe(40);
      const cleared = { runs: 0, events: 0 };
      const clearAll = async (process: StorageUnderTest): Promise<void> => {
        for (let hasMore = true; hasMore;) {
          const step = await process.removals.clear();
          cleared.runs += step.runs;
          cleared.events += step.events;
          hasMore = step.hasMore;
        }
      };
      await Promise.all([one, other, one, other].map(clearAll));
      expect(cleared).toEqual({ runs: 40, events: 40 * 40 });
      expect(await one.runs.list(HERE, { limit: 50 })).toEqual([]);
    });

    it('remove a run once', async () => {
      await one.journal.create(aRun(1), [anEntry(1)]);
      const run = aProjection({ status: 'SUCCESS', finishedAt: NOON });
      await one.journal.append({ runId: aRunId(1), expectedSeq: 1, entries: [anEntry(2)], run });
      const removals = await Promise.all(each.map((index) => either(index).removals.remove(HERE, aRunId(1), NOON)));
      expect(removals.filter((removal) => removal === 'removed')).toHaveLength(1);
      expect(removals.filter((removal) => removal === 'unknown')).toHaveLength(MANY - 1);
    });

    it('replace a file of the same name: one of them stays, whole', async () => {
      await one.journal.create(aRun(1), [anEntry(1)]);
      const info = { runId: aRunId(1), name: 'f', nodeId: 'a', contentType: 'text/plain', createdAt: NOON };
      const puts = each.map((index) => {
        const body = new Uint8Array(5_000_000 + index).fill(index);
        return either(index).artifacts.put({ ...info, bytes: body.length, sha256: String(index), body });
      });
      await Promise.all(puts);
      const found = await other.artifacts.find(aRunId(1), 'f');
      const winner = Number(found?.sha256);
      expect(found?.body).toHaveLength(5_000_000 + winner);
      expect(found?.body.every((byte) => byte === winner)).toBe(true);
    });

    it('a file of 16 MB is stored and read whole, and listed without its body', async () => {
      await one.journal.create(aRun(1), [anEntry(1)]);
      const body = Buffer.alloc(
        16 * 1_024 * 1_024,
        Uint8Array.from({ length: 251 }, (_, index) => index),
      );
      const info = { runId: aRunId(1), name: 'large', nodeId: 'a', contentType: 'x/y', createdAt: NOON };
      await one.artifacts.put({ ...info, bytes: body.length, sha256: 'digest', body });
      const found = await other.artifacts.find(aRunId(1), 'large');
      expect(Buffer.compare(Buffer.from(found?.body ?? []), body)).toBe(0);
      expect(Object.keys((await one.artifacts.list(aRunId(1)))[0] ?? {})).not.toContain('body');
    });

    it('what breaks a rule of the schema is told without the values', async () => {
      const orphan = { runId: aRunId(9), name: 'f', nodeId: 'a', contentType: 'x', createdAt: NOON };
      const put = one.artifacts.put({ ...orphan, bytes: 0, sha256: 's', body: new Uint8Array() });
      await expect(put).rejects.toThrow(new ConstraintError('FOREIGN KEY constraint failed: artifacts_run'));
      await one.apiKeys.create(anApiKey(1));
      const twice = one.apiKeys.create(anApiKey(2, { keySha256: anApiKey(1).keySha256 }));
      await expect(twice).rejects.toThrow(new ConstraintError('UNIQUE constraint failed: api_keys_sha256'));
      const long = one.apiKeys.create(anApiKey(3, { name: 'secret'.repeat(50) }));
      await expect(long).rejects.toThrow(/^length constraint failed/);
    });

    it('texts come back as they were sent, quotes, backslashes and all', async () => {
      const text = `it's "q" \\' \\\\ \n\t\b\u001a %_ ? $1 ; -- /* 🦉 \u2028`;
      await one.graphs.create(HERE, aGraph(2, { name: text.slice(0, 20), specJson: JSON.stringify({ text }) }));
      expect(await other.graphs.findVersion(HERE, aGraphId(2), 1)).toMatchObject({
        name: text.slice(0, 20),
        specJson: JSON.stringify({ text }),
      });
      await one.journal.create(
        aRun(1, { graphId: aGraphId(2), labels: { k: text }, inputJson: JSON.stringify(text) }),
        [anEntry(1)],
      );
      expect(await other.runs.list(HERE, { limit: 1, labels: [['k', text]] })).toMatchObject([{ labels: { k: text } }]);
    });
  });
});

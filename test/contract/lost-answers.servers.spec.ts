import { Logger } from '@nestjs/common';
import { IdempotencyConflictError, JournalUnavailableError, StaleWriterError } from '../../src/storage/index.js';
import { DATABASE_SERVERS } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { TcpGate } from '../support/tcp-gate.js';
import { openStorage } from './open-storage.js';
import { ServerStorage } from './server-storage.js';
import {
  HERE,
  NOON,
  type StorageUnderTest,
  aGraph,
  aGraphId,
  aProjection,
  aRecord,
  aRun,
  aRunId,
  anEntry,
} from './storage-under-test.js';

/** What the request says with which a flush, or another transaction, is committed. */
const COMMITS = {
  PostgreSQL: { flush: 'wand_flush', transaction: 'COMMIT' },
  MariaDB: { flush: 'COMMIT', transaction: 'COMMIT' },
};

describe.each(DATABASE_SERVERS)('a connection that is lost in a commit', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `of ${server}`, () => {
    const { flush, transaction } = COMMITS[server];
    let database: ServerStorage;
    let gate: TcpGate;
    let storage: StorageUnderTest;

    beforeAll(async () => {
      Logger.overrideLogger(false);
      database = await ServerStorage.create(create);
    });
    afterAll(() => database.drop());
    beforeEach(async () => {
      const direct = await database.openEmpty();
      await direct.graphs.create(HERE, aGraph(1));
      await direct.close();
      gate = await TcpGate.open(database.url);
      storage = await openStorage(gate.url);
      await storage.journal.create(aRun(1), [anEntry(1)]);
    });
    afterEach(async () => {
      await storage.close();
      await gate.close();
    });

    const appendTo = (number: number, expectedSeq = 1, msg = 'mine') =>
      storage.journal.append({
        runId: aRunId(number),
        expectedSeq,
        entries: [anEntry(expectedSeq + 1, { msg })],
        run: aProjection(),
      });
    const messagesOf = async (number: number): Promise<string[]> =>
      (await storage.journal.read(aRunId(number), { afterSeq: 1, limit: 10 })).map(({ msg }) => msg);

    it('has stored an append whose answer was lost, once', async () => {
      gate.breakAt(flush, 'answer');
      await appendTo(1);
      expect(gate.hasBroken).toBe(true);
      expect(await messagesOf(1)).toEqual(['mine']);
      await appendTo(1, 2, 'next');
      expect(await messagesOf(1)).toEqual(['mine', 'next']);
    });

    it('has not stored an append that never arrived, and stores it when asked again', async () => {
      gate.breakAt(flush, 'request');
      await expect(appendTo(1)).rejects.toBeInstanceOf(JournalUnavailableError);
      expect(gate.hasBroken).toBe(true);
      expect(await messagesOf(1)).toEqual([]);
      await appendTo(1);
      expect(await messagesOf(1)).toEqual(['mine']);
    });

    it('tells what of a flush is stored from what another session wrote', async () => {
      for (const number of [2, 3]) await storage.journal.create(aRun(number), [anEntry(1)]);
      await appendTo(2, 1, 'of another session');
      gate.breakAt(flush, 'answer');
      const results = await Promise.allSettled([appendTo(1), appendTo(2), appendTo(3)]);
      expect(gate.hasBroken).toBe(true);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await messagesOf(2)).toEqual(['of another session']);
      await expect(appendTo(2)).rejects.toBeInstanceOf(StaleWriterError);
    });

    it('has created a run with all that belongs to it', async () => {
      const run = aRun(2, { labels: { team: 'a' } });
      gate.breakAt(flush, 'answer');
      await storage.journal.create(run, [anEntry(1), anEntry(2)], aRecord('k'));
      expect(gate.hasBroken).toBe(true);
      expect(await storage.runs.find(HERE, aRunId(2))).toMatchObject({ lastSeq: 2, labels: { team: 'a' } });
      expect(await storage.idempotency.find(aRecord('k').scope, 'k', NOON)).toEqual(aRecord('k'));
      const again = storage.journal.create(aRun(3), [anEntry(1)], aRecord('k'));
      await expect(again).rejects.toBeInstanceOf(IdempotencyConflictError);
    });

    it('has created nothing of a run that never arrived', async () => {
      gate.breakAt(flush, 'request');
      const created = storage.journal.create(aRun(2), [anEntry(1)], aRecord('k'));
      await expect(created).rejects.toBeInstanceOf(JournalUnavailableError);
      expect(await storage.runs.find(HERE, aRunId(2))).toBeUndefined();
      await storage.journal.create(aRun(2), [anEntry(1)], aRecord('k'));
    });

    it('has stored the files of an append', async () => {
      const body = new Uint8Array([1, 2, 3]);
      const content = { contentType: 'text/plain', bytes: 3, sha256: 'aa', createdAt: NOON, body };
      const files = [{ name: '$output.a.1.json', nodeId: 'a', ...content }];
      gate.breakAt('COMMIT', 'answer');
      const append = { runId: aRunId(1), expectedSeq: 1, entries: [anEntry(2)], files, run: aProjection() };
      await storage.journal.append(append);
      expect(gate.hasBroken).toBe(true);
      expect(await storage.artifacts.list(aRunId(1))).toMatchObject([{ name: '$output.a.1.json' }]);
    });

    it('has stored a graph whose answer was lost, once', async () => {
      gate.breakAt(transaction, 'answer');
      await storage.graphs.create(HERE, aGraph(2), aRecord('g'));
      expect(gate.hasBroken).toBe(true);
      expect(await storage.graphs.find(HERE, aGraphId(2))).toMatchObject({ version: 1 });
      gate.breakAt(transaction, 'answer');
      const next = { graphId: aGraphId(2), name: 'renamed', specJson: '{}', createdAt: NOON };
      expect(await storage.graphs.addVersion(HERE, next)).toBe(2);
      expect(await storage.graphs.find(HERE, aGraphId(2))).toMatchObject({ version: 2 });
    });

    it('has taken the lease', async () => {
      gate.breakAt(transaction, 'answer');
      const lease = { owner: 'one', expiresAt: NOON };
      expect(await storage.leases.acquire(lease)).toEqual(lease);
      expect(gate.hasBroken).toBe(true);
      expect(await storage.leases.acquire({ owner: 'two', expiresAt: NOON })).toEqual(lease);
    });
  });
});

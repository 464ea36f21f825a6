import { JournalUnavailableError } from '../../src/storage/index.js';
import { IDLE_TRANSACTION_SEC } from '../../src/storage/idle-transaction.js';
import { serverDatabase } from '../../src/storage/server/server-adapters.js';
import { DATABASE_SERVERS } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { HeldTransaction } from './held-transaction.js';
import { SERVER_OPTIONS, ServerStorage } from './server-storage.js';

/** What the server takes to notice, and the other writer to be served, on a busy machine. */
const SLACK_MS = 2_500;
/** An event loop that is busy for so long is none that hangs. */
const BUSY_MS = 2_000;

describe.each(DATABASE_SERVERS)('a process that is stopped within a transaction', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `on ${server}`, () => {
    let storage: ServerStorage;
    let held: HeldTransaction | undefined;

    beforeAll(async () => {
      storage = await ServerStorage.create(create);
      await storage.database.transaction((tx) =>
        tx.change('CREATE TABLE "held" ("id" int NOT NULL PRIMARY KEY, "n" int NOT NULL)'),
      );
    });
    afterAll(() => storage.drop());
    beforeEach(() =>
      storage.database.transaction(async (tx) => {
        await tx.change('DELETE FROM "held"');
        await tx.change('INSERT INTO "held" ("id", "n") VALUES (1, 0)');
      }),
    );
    afterEach(() => {
      held?.kill();
      held = undefined;
    });

    /** Another process writes the row, and waits for it as long as it takes. */
    const writeMeanwhile = () =>
      serverDatabase(storage.dataSource, { ...SERVER_OPTIONS, url: storage.url, connectionTimeoutSec: 30 }).transaction(
        (tx) => tx.change('UPDATE "held" SET "n" = "n" + 100 WHERE "id" = 1'),
      );
    const written = async (): Promise<number | undefined> =>
      (await storage.database.read<{ readonly n: number }>('SELECT "n" AS "n" FROM "held" WHERE "id" = 1'))[0]?.n;

    it.each(['statement', 'commit'] as const)(
      'keeps its locks for a moment alone, and has written nothing when it goes on with a %s',
      async (next) => {
        held = await HeldTransaction.begin({ url: storage.url, next });
        held.freeze();
        const frozenAt = performance.now();
        await writeMeanwhile();
        expect(performance.now() - frozenAt).toBeLessThan(IDLE_TRANSACTION_SEC * 1_000 + SLACK_MS);
        expect(await held.goOn()).toMatch(/^JournalUnavailableError: the database is unavailable/);
        expect(await held.exitCode()).toBe(0);
        expect(await written()).toBe(100);
      },
    );

    it('keeps its transaction while its event loop is busy', async () => {
      await storage.database.transaction(async (tx) => {
        await tx.change('UPDATE "held" SET "n" = 7 WHERE "id" = 1');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS);
      });
      expect(await written()).toBe(7);
    });

    it('finds a transaction gone whose process was awake all the time, and writes the next one', async () => {
      const ended = storage.database.transaction(async (tx) => {
        await tx.change('UPDATE "held" SET "n" = 8 WHERE "id" = 1');
        await writeMeanwhile();
      });
      await expect(ended).rejects.toBeInstanceOf(JournalUnavailableError);
      await writeMeanwhile();
      expect(await written()).toBe(200);
    });
  });
});

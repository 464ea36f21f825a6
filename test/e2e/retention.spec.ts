import type { DatabaseClaim } from '../../src/executor/index.js';
import { loadConfig } from '../../src/config/index.js';
import { type EpochMs, epochMs } from '../../src/executor/core/index.js';
import { SystemClock } from '../../src/executor/clock.js';
import { Retention } from '../../src/runs/removal/retention.js';
import { RunSweeper } from '../../src/runs/removal/run-sweeper.js';
import { type ClearedStep, type Removal, RunRemovalRepository } from '../../src/storage/index.js';
import { makeFolder, openStorage } from '../contract/open-storage.js';
import {
  HERE,
  NOON,
  type StorageUnderTest,
  aGraph,
  aProjection,
  aRun,
  aRunId,
  anEntry,
} from '../contract/storage-under-test.js';
import { databaseUrl } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';

const RUNS = 1_200;

/** Passes everything on, and notes how many runs were removed but not cleared whenever more are to be removed. */
class WatchedRemovals extends RunRemovalRepository {
  readonly uncleared: number[] = [];
  cleared = 0;
  private removed = 0;

  constructor(private readonly removals: RunRemovalRepository) {
    super();
  }

  override remove(...args: Parameters<RunRemovalRepository['remove']>): Promise<Removal> {
    return this.removals.remove(...args);
  }

  override async removeFinished(query: { horizon: EpochMs; at: EpochMs; limit: number }): Promise<number> {
    this.uncleared.push(this.removed - this.cleared);
    const removed = await this.removals.removeFinished(query);
    this.removed += removed;
    return removed;
  }

  override oldestFinish(): Promise<EpochMs | undefined> {
    return this.removals.oldestFinish();
  }

  override async clear(): Promise<ClearedStep> {
    const step = await this.removals.clear();
    this.cleared += step.runs;
    return step;
  }

  override shrink(): Promise<boolean> {
    return this.removals.shrink();
  }
}

describe('retention', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let storage: StorageUnderTest;
  beforeAll(async () => {
    folder = await makeFolder();
    storage = await openStorage(await databaseUrl(folder.file('wand.db')));
    await storage.graphs.create(HERE, aGraph(1));
    const run = aProjection({ status: 'SUCCESS', finishedAt: epochMs(NOON) });
    const numbers = Array.from({ length: RUNS }, (_, index) => index + 1);
    await Promise.all(numbers.map((number) => storage.journal.create(aRun(number), [anEntry(1)])));
    await Promise.all(
      numbers.map((number) =>
        storage.journal.append({ runId: aRunId(number), expectedSeq: 1, entries: [anEntry(2)], run }),
      ),
    );
  });
  afterAll(async () => {
    await storage.close();
    await folder.remove();
  });

  it('clears the runs of one batch before it looks for the next: no search passes over many that are gone', async () => {
    const removals = new WatchedRemovals(storage.removals);
    const sweeper = new RunSweeper(removals);
    const env = { DATABASE__RETENTION_DAYS: '1', SECURITY__API_KEY: 'x'.repeat(40) };
    const { config } = loadConfig({ env, cwd: process.cwd(), packageRoot: process.cwd() });
    const alone = { isSteward: true } as DatabaseClaim;
    const retention = new Retention(removals, storage.idempotency, sweeper, new SystemClock(), alone, config);
    retention.start();
    await waitFor('everything to be cleared', () => removals.cleared === RUNS);
    await Promise.all([retention.stop(), sweeper.stop()]);
    expect(removals.uncleared).toEqual([0, 0, 0]);
    expect(await storage.runs.list(HERE, { limit: 1 })).toEqual([]);
  });
});

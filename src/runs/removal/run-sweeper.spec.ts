import { type ClearedStep, type Removal, RunRemovalRepository } from '../../storage/index.js';
import { RunSweeper } from './run-sweeper.js';

/** A database in which there is never anything to clear. */
class NothingToClear extends RunRemovalRepository {
  looks = 0;

  override async clear(): Promise<ClearedStep> {
    this.looks += 1;
    return { runs: 0, events: 0, artifacts: 0, hasMore: false };
  }
  override async shrink(): Promise<boolean> {
    return false;
  }
  override async remove(): Promise<Removal> {
    return 'unknown';
  }
  override async removeFinished(): Promise<number> {
    return 0;
  }
  override async oldestFinish(): Promise<undefined> {
    return undefined;
  }
}

/** Lets that many promises go on. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

describe('RunSweeper', () => {
  it.each(Array.from({ length: 16 }, (_, after) => after))(
    'looks again when it is woken %i turns after the first time',
    async (after) => {
      const removals = new NothingToClear();
      const sweeper = new RunSweeper(removals);
      sweeper.wake();
      await turns(after);
      const before = removals.looks;
      await sweeper.sweepNow();
      await new Promise(setImmediate);
      expect(removals.looks).toBe(before + 1);
      await sweeper.stop();
    },
  );
});

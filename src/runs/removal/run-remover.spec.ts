import { DEFAULT_NAMESPACE, type RunStatus, runId } from '../../executor/core/index.js';
import type { Clock } from '../../executor/index.js';
import type { Removal, RunRemovalRepository, RunRepository } from '../../storage/index.js';
import { RunNotFinishedError, RunNotFoundError } from '../runs.errors.js';
import { RunRemover } from './run-remover.js';
import type { RunSweeper } from './run-sweeper.js';

const ID = runId(`r_${'0'.repeat(26)}`);

describe('RunRemover', () => {
  let wakings: number;
  beforeEach(() => {
    wakings = 0;
  });
  /** The answers of the database, in turn. */
  const remover = (removals: Removal[], statuses: (RunStatus | undefined)[]): RunRemover =>
    new RunRemover(
      { remove: () => Promise.resolve(removals.shift()) } as unknown as RunRemovalRepository,
      { findStatus: () => Promise.resolve(statuses.shift()) } as unknown as RunRepository,
      { wake: () => (wakings += 1) } as unknown as RunSweeper,
      { now: () => 0 } as unknown as Clock,
    );

  it('removes a run that ends between the try to remove it and the look at why it could not be', async () => {
    await remover(['unfinished', 'removed'], ['SUCCESS']).remove(DEFAULT_NAMESPACE, ID);
    expect(wakings).toBe(1);
  });

  it('says what a run that has not ended is doing', async () => {
    const removing = remover(['unfinished'], ['RUNNING']).remove(DEFAULT_NAMESPACE, ID);
    await expect(removing).rejects.toThrow(new RunNotFinishedError(ID, 'RUNNING', 'deleted'));
    expect(wakings).toBe(0);
  });

  it('does not know a run that somebody else has removed', async () => {
    await expect(remover(['unknown'], []).remove(DEFAULT_NAMESPACE, ID)).rejects.toThrow(RunNotFoundError);
    await expect(remover(['unfinished'], [undefined]).remove(DEFAULT_NAMESPACE, ID)).rejects.toThrow(RunNotFoundError);
  });
});

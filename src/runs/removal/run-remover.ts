import { Injectable } from '@nestjs/common';
import { type Namespace, RUN_ID, isTerminalRun, runId } from '../../executor/core/index.js';
import { Clock } from '../../executor/index.js';
import { RunRemovalRepository, RunRepository } from '../../storage/index.js';
import { RunNotFinishedError, RunNotFoundError } from '../runs.errors.js';
import { RunSweeper } from './run-sweeper.js';

/** Removes single runs on request. */
@Injectable()
export class RunRemover {
  constructor(
    private readonly removals: RunRemovalRepository,
    private readonly runs: RunRepository,
    private readonly sweeper: RunSweeper,
    private readonly clock: Clock,
  ) {}

  /**
   * Once this resolves the run is gone for good; its events and files are cleared in the background.
   *
   * @throws {RunNotFoundError | RunNotFinishedError}
   * @throws {JournalUnavailableError | JournalBusyError} and nothing was removed.
   */
  async remove(namespace: Namespace, id: string): Promise<void> {
    if (!RUN_ID.test(id)) throw new RunNotFoundError(id);
    for (;;) {
      const removal = await this.removals.remove(namespace, runId(id), this.clock.now());
      if (removal === 'removed') return this.sweeper.wake();
      if (removal === 'unknown') throw new RunNotFoundError(id);
      const status = await this.runs.findStatus(namespace, runId(id));
      if (status === undefined) throw new RunNotFoundError(id);
      // One that has ended since can be removed now.
      if (!isTerminalRun(status)) throw new RunNotFinishedError(id, status, 'deleted');
    }
  }
}

import { Injectable } from '@nestjs/common';
import { type Namespace, RUN_ID, runId } from '../../executor/core/index.js';
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
    const removal = await this.removals.remove(namespace, runId(id), this.clock.now());
    if (removal === 'unknown') throw new RunNotFoundError(id);
    if (removal === 'unfinished') {
      const status = await this.runs.findStatus(namespace, runId(id));
      throw status === undefined ? new RunNotFoundError(id) : new RunNotFinishedError(id, status, 'deleted');
    }
    this.sweeper.wake();
  }
}

import type { Logger } from '@nestjs/common';
import type { AllRunsRepository } from '../../../storage/index.js';
import type { RunId } from '../../core/index.js';

/** It is told again after so long, in milliseconds. */
const TELL_EVERY_MS = 60_000;

/**
 * Jobs in the queue that are not of this service. Dropping them in silence would hide the cause, which costs both sides time:
 * two services with a database each that share a queue take each other's jobs, and each finds its own again by its sweep alone.
 */
export class StrangeJobs {
  private toldAt = -Infinity;
  private untold = 0;

  constructor(
    private readonly runs: Pick<AllRunsRepository, 'findInAnyNamespace'>,
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** A job whose id is no run's. */
  foreign(): void {
    this.count();
  }

  /** Nothing is to be done for a run: has it ended, or was it never here? */
  async look(runId: RunId): Promise<void> {
    // A database that cannot be read is told of by those who write to it.
    const isHere = await this.runs.findInAnyNamespace(runId).then(
      (run) => run !== undefined,
      () => true,
    );
    if (!isHere) this.count();
  }

  private count(): void {
    this.untold += 1;
    const now = this.now();
    if (now - this.toldAt < TELL_EVERY_MS) return;
    this.toldAt = now;
    this.logger.warn(
      `the queue held ${this.untold} jobs of runs that DATABASE__URL does not have, and they were dropped: does another ` +
        'service use the same queue? Give each database a QUEUE__PREFIX of its own',
    );
    this.untold = 0;
  }
}

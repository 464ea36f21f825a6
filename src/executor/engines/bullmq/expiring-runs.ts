import type { AllRunsRepository } from '../../../storage/index.js';
import type { QueueDeadlines } from '../host/index.js';

/** A reading may come again after so many times what it took: with a long line it takes a twentieth of the time. */
const REST = 20;

/**
 * Watches the runs that must begin by a moment and whose process has gone: the one that accepted them watches them itself, and
 * nobody hears of its death. So the leader reads them, as often as it is asked to unless that is a burden.
 */
export class ExpiringRuns {
  private nextAt = -Infinity;

  constructor(
    private readonly runs: Pick<AllRunsRepository, 'expiring'>,
    private readonly deadlines: QueueDeadlines,
    private readonly now: () => number = () => performance.now(),
  ) {}

  async round(): Promise<void> {
    const startedAt = this.now();
    if (startedAt < this.nextAt) return;
    const expiring = await this.runs.expiring();
    for (const { runId, startBy } of expiring) if (!this.deadlines.has(runId)) this.deadlines.add(runId, startBy);
    const endedAt = this.now();
    this.nextAt = endedAt + REST * (endedAt - startedAt);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { type RunId, isTerminalRun } from '../../core/index.js';
import type { AllRunsRepository, UnfinishedRun } from '../../../storage/index.js';
import type { JobQueue } from './queue/job-queue.js';

/** Unfinished runs that are looked at in one round. */
const PAGE = 2_000;

export interface QueueSweepParts {
  readonly runs: Pick<AllRunsRepository, 'standingsOf' | 'unfinished'>;
  readonly jobs: Pick<JobQueue<RunId>, 'missing'>;
  /** How long a run may be without a job before it is given one: whoever committed it may be about to. */
  readonly confirmMs: number;
  readonly enqueue: (run: UnfinishedRun) => Promise<void>;
}

/**
 * Finds unfinished runs that no job covers. Each round looks at one page of them, in the order of an index; when one of
 * those has no job, the queue may have lost more, and all the others are looked at in the same round.
 */
export class QueueSweep {
  /** Where the next round begins. */
  private after: UnfinishedRun | undefined;

  constructor(private readonly parts: QueueSweepParts) {}

  /** @returns how many runs were given a job. */
  async round(): Promise<number> {
    let uncovered = await this.nextPage();
    if (uncovered.length === 0) return 0;
    const found = [...uncovered];
    while (this.after !== undefined) {
      uncovered = await this.nextPage();
      found.push(...uncovered);
    }
    await sleep(this.parts.confirmMs);
    const still = new Set(await this.missing(found));
    const without = found.filter(({ runId }) => still.has(runId));
    const standings = await this.parts.runs.standingsOf(without.map(({ runId }) => runId));
    const confirmed = without.filter(({ runId }) => {
      const status = standings.get(runId)?.status;
      // One that has ended since it was listed lost its job as it should.
      return status !== undefined && !isTerminalRun(status);
    });
    for (const run of confirmed) await this.parts.enqueue(run);
    return confirmed.length;
  }

  private async nextPage(): Promise<UnfinishedRun[]> {
    const page = await this.parts.runs.unfinished({ limit: PAGE, after: this.after });
    this.after = page.length === PAGE ? page.at(-1) : undefined;
    const missing = new Set(await this.missing(page));
    return page.filter(({ runId }) => missing.has(runId));
  }

  private async missing(runs: readonly UnfinishedRun[]) {
    const missing: RunId[] = [];
    for (let from = 0; from < runs.length; from += PAGE) {
      missing.push(...(await this.parts.jobs.missing(runs.slice(from, from + PAGE).map(({ runId }) => runId))));
    }
    return missing;
  }
}

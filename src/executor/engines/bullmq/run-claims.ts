import { randomUUID } from 'node:crypto';
import type { FleetLeaseRepository } from '../../../storage/index.js';
import type { RunId } from '../../core/index.js';
import type { QueueTimings } from './queue/queue-timings.js';

/** Jobs whose locks were not renewed for so many renewals are said to be held in the database instead. */
const OVERDUE_RENEWALS = 2;

/**
 * While the queue cannot say that this process works on a run, the database does: it lost the job, or cannot be reached. So
 * nobody takes a run from a process that lives. As long as the queue is well nothing is written.
 */
export class RunClaims {
  private readonly owner = randomUUID();
  /** When the queue said last that a run is ours. */
  private readonly confirmedAt = new Map<RunId, number>();
  private readonly lost = new Set<RunId>();
  private readonly claimed = new Set<RunId>();
  private isClaiming = false;

  constructor(
    private readonly leases: FleetLeaseRepository,
    private readonly timings: QueueTimings,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The queue has given us the run, or has said again that it is ours. */
  confirm(runId: RunId): void {
    this.confirmedAt.set(runId, this.now());
    this.lost.delete(runId);
  }

  /** The queue says that the run is not ours. */
  lose(runId: RunId): void {
    if (this.confirmedAt.has(runId)) this.lost.add(runId);
  }

  /** We have nothing to do with the run any more. */
  async forget(runId: RunId): Promise<void> {
    this.confirmedAt.delete(runId);
    this.lost.delete(runId);
    if (this.claimed.delete(runId)) await this.leases.release(nameOf(runId), this.owner);
  }

  /** Claims what the queue does not say is ours; call it about once a second. One call at a time has an effect. */
  async renew(): Promise<void> {
    if (this.isClaiming) return;
    this.isClaiming = true;
    try {
      const overdueBefore = this.now() - OVERDUE_RENEWALS * this.timings.renewMs;
      for (const [runId, at] of this.confirmedAt) {
        if (!this.lost.has(runId) && at > overdueBefore) continue;
        this.claimed.add(runId);
        await this.leases.acquire(nameOf(runId), this.owner, this.timings.lockMs);
      }
    } finally {
      this.isClaiming = false;
    }
  }

  /** Whether no other process that lives says that it works on the run. */
  async isFree(runId: RunId): Promise<boolean> {
    if (!(await this.leases.acquire(nameOf(runId), this.owner, this.timings.lockMs))) return false;
    await this.leases.release(nameOf(runId), this.owner);
    return true;
  }
}

const nameOf = (runId: RunId): string => `run:${runId}`;

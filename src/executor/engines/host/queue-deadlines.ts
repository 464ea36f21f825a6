import type { Cancel, Clock } from '../../clock.js';
import type { EpochMs, RunId } from '../../core/index.js';

/** Watches the runs that must start by a moment while they wait in the queue. */
export class QueueDeadlines {
  private readonly timers = new Map<RunId, Cancel>();

  constructor(
    private readonly clock: Clock,
    private readonly onDue: (runId: RunId) => unknown,
  ) {}

  has(runId: RunId): boolean {
    return this.timers.has(runId);
  }

  add(runId: RunId, startBy: EpochMs): void {
    this.remove(runId);
    const cancel = this.clock.at(startBy, () => {
      this.timers.delete(runId);
      this.onDue(runId);
    });
    this.timers.set(runId, cancel);
  }

  remove(runId: RunId): void {
    this.timers.get(runId)?.();
    this.timers.delete(runId);
  }

  clear(): void {
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }
}

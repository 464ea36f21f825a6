import type { Clock } from '../../clock.js';
import type { EpochMs, RunId } from '../../core/index.js';

/** Node's timers hold at most this many milliseconds. */
const MAX_TIMER_MS = 2_147_483_647;

/** Watches the runs that must start by a moment while they wait in the queue. */
export class QueueDeadlines {
  private readonly timers = new Map<RunId, NodeJS.Timeout>();

  constructor(
    private readonly clock: Clock,
    private readonly onDue: (runId: RunId) => unknown,
  ) {}

  add(runId: RunId, startBy: EpochMs): void {
    this.remove(runId);
    const waitMs = Math.min(MAX_TIMER_MS, Math.max(0, startBy - this.clock.now()));
    const timer = setTimeout(() => {
      this.timers.delete(runId);
      this.onDue(runId);
    }, waitMs);
    this.timers.set(runId, timer);
  }

  remove(runId: RunId): void {
    clearTimeout(this.timers.get(runId));
    this.timers.delete(runId);
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}

import type { EpochMs, RunId } from '../../core/index.js';

/** Runs that wait for a place, first in, first out; each at most once. */
export class RunQueue {
  /** Since when each of them waits. */
  private readonly waiting = new Map<RunId, EpochMs>();

  get size(): number {
    return this.waiting.size;
  }

  /** Since when the run waits that has waited longest; undefined when none waits. */
  get waitingSince(): EpochMs | undefined {
    return this.waiting.values().next().value;
  }

  /** A run that waits already keeps its place. */
  push(runId: RunId, now: EpochMs): void {
    if (!this.waiting.has(runId)) this.waiting.set(runId, now);
  }

  /** The run that has waited longest, removed; undefined when none waits. */
  shift(): RunId | undefined {
    for (const runId of this.waiting.keys()) {
      this.waiting.delete(runId);
      return runId;
    }
    return undefined;
  }

  /** Takes a run out of its turn; false if it does not wait. */
  remove(runId: RunId): boolean {
    return this.waiting.delete(runId);
  }

  clear(): void {
    this.waiting.clear();
  }
}

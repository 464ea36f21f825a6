import type { RunId } from '../../core/index.js';

/** Runs that wait for a place, first in, first out; each at most once. */
export class RunQueue {
  private readonly waiting = new Set<RunId>();

  get size(): number {
    return this.waiting.size;
  }

  push(runId: RunId): void {
    this.waiting.add(runId);
  }

  /** The run that has waited longest, removed; undefined when none waits. */
  shift(): RunId | undefined {
    for (const runId of this.waiting) {
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

import { type JournalUnit, keysOf } from './journal-unit.js';
import type { BufferLimits } from './write-buffer.js';
import type { Outcome } from './write-unit.js';

/** A unit and whoever waits for it. */
export interface QueuedUnit {
  readonly unit: JournalUnit;
  readonly settle: (outcome: Outcome) => void;
}

/**
 * Units that wait to be written, first in first out, with a count of what they hold. What is taken is under way until it is
 * given back as done: of units with a key in common one is under way at a time.
 */
export class UnitQueue {
  private waiting: QueuedUnit[] = [];
  private heldBytes = 0;
  private readonly busyKeys = new Set<string>();

  /** Those that wait. */
  get units(): number {
    return this.waiting.length;
  }

  /** True from the moment either limit is reached: a single unit of any size finds room in an empty queue. */
  reaches(limits: BufferLimits): boolean {
    return this.waiting.length >= limits.units || this.heldBytes >= limits.bytes;
  }

  push(queued: QueuedUnit): void {
    this.waiting.push(queued);
    this.heldBytes += queued.unit.bytes;
  }

  /** The oldest units that fit into the limits and have no key in common with each other or with one under way. */
  take(limits: BufferLimits): QueuedUnit[] {
    const taken: QueuedUnit[] = [];
    const left: QueuedUnit[] = [];
    /** Of units that are passed over: those that come later wait behind them. */
    const passed = new Set<string>();
    let bytes = 0;
    for (const [index, queued] of this.waiting.entries()) {
      const isFull = taken.length > 0 && (taken.length >= limits.units || bytes + queued.unit.bytes > limits.bytes);
      if (isFull) {
        for (const later of this.waiting.slice(index)) left.push(later);
        break;
      }
      const keys = keysOf(queued.unit);
      if (keys.some((key) => this.busyKeys.has(key) || passed.has(key))) {
        left.push(queued);
        for (const key of keys) passed.add(key);
      } else {
        taken.push(queued);
        for (const key of keys) this.busyKeys.add(key);
        bytes += queued.unit.bytes;
      }
    }
    this.waiting = left;
    this.heldBytes -= bytes;
    return taken;
  }

  done(taken: readonly QueuedUnit[]): void {
    for (const { unit } of taken) for (const key of keysOf(unit)) this.busyKeys.delete(key);
  }
}

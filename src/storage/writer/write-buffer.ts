import type { Outcome, WriteUnit } from './write-unit.js';

/** A unit and whoever waits for it. */
export interface WaitingUnit {
  readonly unit: WriteUnit<unknown>;
  readonly settle: (outcome: Outcome) => void;
}

export interface BufferLimits {
  readonly units: number;
  readonly bytes: number;
}

/** Units that wait to be written, first in first out, with a count of what they hold. */
export class WriteBuffer {
  private waiting: WaitingUnit[] = [];
  private heldBytes = 0;

  get units(): number {
    return this.waiting.length;
  }

  get bytes(): number {
    return this.heldBytes;
  }

  /** True from the moment either limit is reached: a single unit of any size finds room in an empty buffer. */
  reaches(limits: BufferLimits): boolean {
    return this.waiting.length >= limits.units || this.heldBytes >= limits.bytes;
  }

  push(waiting: WaitingUnit): void {
    this.waiting.push(waiting);
    this.heldBytes += waiting.unit.bytes;
  }

  /** The oldest units that fit into the limits, at least one; they stay in the buffer. */
  peek(limits: BufferLimits): readonly WaitingUnit[] {
    let bytes = 0;
    const end = this.waiting.findIndex(({ unit }, index) => {
      bytes += unit.bytes;
      return index > 0 && (index >= limits.units || bytes > limits.bytes);
    });
    return end === -1 ? this.waiting.slice() : this.waiting.slice(0, end);
  }

  /** Takes the oldest `count` units out. */
  drop(count: number): void {
    for (const { unit } of this.waiting.splice(0, count)) this.heldBytes -= unit.bytes;
  }
}

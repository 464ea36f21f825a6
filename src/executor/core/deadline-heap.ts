import type { EpochMs } from './ids.js';

/** Something that is due at a moment. Entries are never removed early: whoever takes one checks that it still applies. */
export interface Deadline {
  readonly at: EpochMs;
  readonly kind: 'retry' | 'total';
  readonly node: number;
  /** The attempt that a `retry` waits after. */
  readonly attempt: number;
}

/** A binary min-heap by `at`. */
export class DeadlineHeap {
  private readonly items: Deadline[] = [];

  /** The earliest deadline; undefined when there is none. */
  peek(): Deadline | undefined {
    return this.items[0];
  }

  push(deadline: Deadline): void {
    const items = this.items;
    let at = items.length;
    items.push(deadline);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.at(parent) <= deadline.at) break;
      items[at] = items[parent] as Deadline;
      at = parent;
    }
    items[at] = deadline;
  }

  /** Removes and returns the earliest deadline if it is due by `now`. */
  popDue(now: EpochMs): Deadline | undefined {
    const first = this.items[0];
    if (first === undefined || first.at > now) return undefined;
    this.pop();
    return first;
  }

  /** Removes the earliest deadline, if there is one. */
  pop(): void {
    const items = this.items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.at(child + 1) < this.at(child)) child += 1;
      if (this.at(child) >= last.at) break;
      items[at] = items[child] as Deadline;
      at = child;
    }
    items[at] = last;
  }

  private at(index: number): number {
    return (this.items[index] as Deadline).at;
  }
}

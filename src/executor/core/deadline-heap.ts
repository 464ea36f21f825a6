import type { EpochMs } from './ids.js';

/** Something that is due at a moment. Entries are never removed early: whoever takes one checks that it still applies. */
export interface Deadline {
  readonly at: EpochMs;
  readonly kind: 'retry' | 'total';
  readonly node: number;
  /** The attempt that a `retry` waits after. */
  readonly attempt: number;
}

/** A binary min-heap by `at`; of what is due at one moment, the first node of the graph comes first. */
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
      if (!isBefore(deadline, this.item(parent))) break;
      items[at] = this.item(parent);
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
      if (child + 1 < items.length && isBefore(this.item(child + 1), this.item(child))) child += 1;
      if (!isBefore(this.item(child), last)) break;
      items[at] = this.item(child);
      at = child;
    }
    items[at] = last;
  }

  private item(index: number): Deadline {
    return this.items[index] as Deadline;
  }
}

function isBefore(one: Deadline, other: Deadline): boolean {
  return one.at < other.at || (one.at === other.at && one.node < other.node);
}

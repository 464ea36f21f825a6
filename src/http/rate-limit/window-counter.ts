import { WINDOW_SEC } from './policy.js';
import type { Window } from './rate-limit-store.js';

const WINDOW_MS = WINDOW_SEC * 1_000;

interface Entry {
  used: number;
  /** On the clock of the counter, in milliseconds. */
  endsAt: number;
}

/**
 * Counts in windows of a minute, for many ids. It holds at most `capacity` of them: then the one whose window began
 * first is forgotten for each new one. Entries stand in the order in which their windows began, so that what is over is at
 * the front and nothing has to be looked for.
 */
export class WindowCounter {
  private readonly entries = new Map<string, Entry>();

  /** @param now monotonic milliseconds */
  constructor(
    private readonly capacity: number,
    private readonly now: () => number,
  ) {}

  /** Ids that it holds, those included whose window is over. */
  get size(): number {
    return this.entries.size;
  }

  hit(id: string): Window {
    const now = this.now();
    const entry = this.entries.get(id);
    if (entry !== undefined && entry.endsAt > now) {
      entry.used += 1;
      return { used: entry.used, resetsInMs: entry.endsAt - now };
    }
    this.begin(id, { used: 1, endsAt: now + WINDOW_MS }, now);
    return { used: 1, resetsInMs: WINDOW_MS };
  }

  peek(id: string): Window | undefined {
    const entry = this.entries.get(id);
    const resetsInMs = entry === undefined ? 0 : entry.endsAt - this.now();
    return entry === undefined || resetsInMs <= 0 ? undefined : { used: entry.used, resetsInMs };
  }

  /** Takes over what was counted elsewhere. */
  learn(id: string, { used, resetsInMs }: Window): void {
    const now = this.now();
    this.begin(id, { used, endsAt: now + Math.min(resetsInMs, WINDOW_MS) }, now);
  }

  private begin(id: string, entry: Entry, now: number): void {
    this.entries.delete(id);
    for (const [oldest, { endsAt }] of this.entries) {
      if (endsAt > now && this.entries.size < this.capacity) break;
      this.entries.delete(oldest);
    }
    this.entries.set(id, entry);
  }
}

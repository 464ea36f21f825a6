import { POLICIES, type Policy } from './policy.js';
import { type Count, RateLimitStore, type Window } from './rate-limit-store.js';
import type { Subject } from './subject.js';
import { WindowCounter } from './window-counter.js';

/** How many of a kind are known at once, for each policy: about 2 MB when all of them are. */
const MOST_SUBJECTS = 10_000;

/**
 * Counts for this process alone. Callers and addresses are held apart: whoever sends from many addresses makes it forget
 * other addresses, but no caller.
 */
export class MemoryRateLimitStore extends RateLimitStore {
  readonly fallbacks = 0;
  private readonly counters: Readonly<Record<Policy, Readonly<Record<Subject['kind'], WindowCounter>>>>;

  constructor(now: () => number = () => performance.now()) {
    super();
    const counter = (): WindowCounter => new WindowCounter(MOST_SUBJECTS, now);
    const perPolicy = POLICIES.map((policy) => [policy, { caller: counter(), address: counter() }]);
    this.counters = Object.fromEntries(perPolicy) as typeof this.counters;
  }

  hit(count: Count): Window {
    return this.counterOf(count).hit(count.subject.id);
  }

  peek(count: Count): Window | undefined {
    return this.counterOf(count).peek(count.subject.id);
  }

  /** Takes over what was counted elsewhere. */
  learn(count: Count, window: Window): void {
    this.counterOf(count).learn(count.subject.id, window);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private counterOf({ policy, subject }: Count): WindowCounter {
    return this.counters[policy][subject.kind];
  }
}

import { LOSS_WINDOW_MS } from '../relay.js';
import type { HintMessage, Mood } from './hint-message.js';

/** How often a process says how far it is: while it has something to tell, and when it has had nothing for a while. */
export const BEACON_MS: Readonly<Record<Exclude<Mood, 'leaving'>, number>> = { active: 1_000, idle: 10_000 };

/** Whoever is silent for longer may have died between a commit and its hint. */
const SILENCE_MS: Readonly<Record<Exclude<Mood, 'leaving'>, number>> = {
  active: 3_500,
  idle: LOSS_WINDOW_MS - 5_000,
};

interface Member {
  readonly number: number;
  readonly heardAt: number;
  readonly mood: Exclude<Mood, 'leaving'>;
}

/** The other processes, as far as they were heard: tells when something that they said is missing. */
export class FleetMembers {
  private readonly members = new Map<string, Member>();

  get size(): number {
    return this.members.size;
  }

  /** @returns whether something is missing before this message. */
  hear({ from, number, mood, hints }: HintMessage, now: number): boolean {
    const before = this.members.get(from);
    // Of one that was never heard, nothing is missing before its first message.
    const expected = (before?.number ?? 0) + (hints.length > 0 ? 1 : 0);
    if (mood === 'leaving') this.members.delete(from);
    else this.members.set(from, { number: Math.max(number, before?.number ?? 0), heardAt: now, mood });
    return number > expected;
  }

  /** Forgets those that were silent for too long. @returns whether there were any. */
  dropSilent(now: number): boolean {
    const silent = [...this.members].filter(([, { heardAt, mood }]) => now - heardAt > SILENCE_MS[mood]);
    for (const [from] of silent) this.members.delete(from);
    return silent.length > 0;
  }

  /** Nothing was heard for a while: whoever is there will be heard of anew. */
  clear(): void {
    this.members.clear();
  }
}

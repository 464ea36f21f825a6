import { type EpochMs, epochMs } from './ids.js';

/** How long a suspect is watched before the next is let go, in milliseconds, after the fewest crashes that make one. */
export const PROBATION_MS = 1_000;
/** Each further crash asks for more patience: what kills its process slowly is caught too. */
const GROWTH = 4;
const MAX_PROBATION_MS = 64_000;
const FIRST_LEVEL = 2;
/** From so many crashes on, suspects are let go one at a time. */
const ALONE_FROM = 4;

/** A node whose next attempt is held back. */
export interface WaitingSuspect {
  readonly key: string;
  /** Crashes that were charged to it. */
  readonly crashes: number;
  /** One more would fail it: if it is let go together with the one that kills, it fails in its place. */
  readonly isLastChance: boolean;
}

/**
 * Says which suspects may run, so that the next crash tells who causes it. Those with the fewest crashes go first; a cohort
 * of one, and after each that survives its probation one of twice the size, as long as the suspects are not much suspected
 * and can bear to be charged with what another of them does. A suspect that goes on past its probation holds nobody up. Nobody is let go in the first moments of a process: if it dies
 * then, it was none of them.
 */
export class SuspectQueue {
  private readonly waiting = new Map<string, WaitingSuspect>();
  /** Those let go last, as long as their attempts are under way. */
  private readonly cohort = new Set<string>();
  private probationEnd = epochMs(0);
  private level = 0;
  private size = 1;

  /** @param bornAt When the process took its runs over. */
  constructor(private readonly bornAt: EpochMs) {}

  /** Adds a suspect that waits. */
  push(suspect: WaitingSuspect): void {
    this.waiting.set(suspect.key, suspect);
  }

  /** A suspect's attempt has ended, or waits no longer. */
  remove(key: string): void {
    this.waiting.delete(key);
    this.cohort.delete(key);
  }

  /** When `admit` is to be asked next; undefined while nobody waits. */
  get nextAt(): EpochMs | undefined {
    if (this.waiting.size === 0) return undefined;
    const quietEnd = this.bornAt + this.probationMs();
    return epochMs(this.cohort.size === 0 ? quietEnd : Math.max(quietEnd, this.probationEnd));
  }

  /** The keys of those that may run from now on. */
  admit(now: EpochMs): readonly string[] {
    const { nextAt } = this;
    if (nextAt === undefined || now < nextAt) return [];
    this.probationEnd = epochMs(now + this.probationMs());
    const suspects = [...this.waiting.values()];
    const level = Math.min(...suspects.map(({ crashes }) => crashes));
    this.size = level === this.level ? this.size * 2 : 1;
    this.level = level;
    const next = suspects.filter(({ crashes }) => crashes === level);
    const together = next.filter((suspect) => !goesAlone(suspect));
    const admitted = together.length > 0 ? together.slice(0, this.size) : next.slice(0, 1);
    this.cohort.clear();
    for (const { key } of admitted) {
      this.waiting.delete(key);
      this.cohort.add(key);
    }
    return admitted.map(({ key }) => key);
  }

  /** As long as whoever waits and is suspected most asks for. */
  private probationMs(): number {
    const worst = Math.max(FIRST_LEVEL, ...[...this.waiting.values()].map(({ crashes }) => crashes));
    return Math.min(MAX_PROBATION_MS, PROBATION_MS * GROWTH ** (worst - FIRST_LEVEL));
  }
}

function goesAlone({ crashes, isLastChance }: WaitingSuspect): boolean {
  return isLastChance || crashes >= ALONE_FROM;
}

import type { Cancel, Clock } from '../../clock.js';
import { type EpochMs, type RunId, SuspectQueue } from '../../core/index.js';
import type { HeldSuspect, SuspectGate } from '../../session/index.js';

const keyOf = ({ runId, nodeId }: { readonly runId: RunId; readonly nodeId: string }): string => `${runId} ${nodeId}`;

/** The suspects of this process. No timer runs while none waits. */
export class TimedSuspectGate implements SuspectGate {
  private readonly queue: SuspectQueue;
  /** What lets each waiting suspect go. */
  private readonly admits = new Map<string, () => void>();
  private disarm: Cancel | undefined;

  /** @param bornAt When the engine took its runs over. */
  constructor(
    private readonly clock: Clock,
    bornAt: EpochMs,
  ) {
    this.queue = new SuspectQueue(bornAt);
  }

  ask(suspect: HeldSuspect, admit: () => void): void {
    const { crashes, isLastChance } = suspect;
    const key = keyOf(suspect);
    this.admits.set(key, admit);
    this.queue.push({ key, crashes, isLastChance });
    this.arm();
  }

  leave(suspect: Pick<HeldSuspect, 'runId' | 'nodeId'>): void {
    const key = keyOf(suspect);
    this.admits.delete(key);
    this.queue.remove(key);
    this.arm();
  }

  /** Lets nobody go any more. */
  close(): void {
    this.disarm?.();
    this.admits.clear();
  }

  private arm(): void {
    this.disarm?.();
    const { nextAt } = this.queue;
    const isWaiting = nextAt !== undefined && this.admits.size > 0;
    this.disarm = isWaiting ? this.clock.at(nextAt, () => this.admit()) : undefined;
  }

  private admit(): void {
    for (const key of this.queue.admit(this.clock.now())) {
      const admit = this.admits.get(key);
      this.admits.delete(key);
      admit?.();
    }
    this.arm();
  }
}

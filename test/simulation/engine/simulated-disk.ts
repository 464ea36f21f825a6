import { JournalUnavailableError } from '../../../src/storage/index.js';
import type { Owner, VirtualTime } from './virtual-time.js';

/** How one commit or one read goes. */
export type DiskFate =
  | { readonly kind: 'works' }
  /** Nothing is stored, and the caller is told so. */
  | { readonly kind: 'fails' }
  /** All is stored, and yet the caller is told that nothing was: the answer of the disk got lost. */
  | { readonly kind: 'lies' }
  | { readonly kind: 'crash_before' }
  | { readonly kind: 'crash_after' };

export interface DiskTurn {
  readonly fate: DiskFate['kind'];
  readonly delayMs: number;
}

interface Unit {
  readonly apply: () => unknown;
  readonly settle: (outcome: PromiseSettledResult<unknown>) => void;
}

const failure = (): JournalUnavailableError => new JournalUnavailableError('the simulated disk failed');

/**
 * One process at the disk. Writes go as those of the group-commit writer: what waits is committed together, in the order in
 * which it came, and the next commit begins when that is over. Reads overtake writes and each other.
 */
export class SimulatedDisk {
  private waiting: Unit[] = [];
  private isCommitting = false;

  constructor(
    private readonly time: VirtualTime,
    private readonly owner: Owner,
    private readonly turns: { nextWrite(): DiskTurn; nextRead(): DiskTurn },
    private readonly crash: () => void,
  ) {}

  get isIdle(): boolean {
    return !this.isCommitting;
  }

  write<Result>(apply: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const settle: Unit['settle'] = (outcome) => {
        if (outcome.status === 'fulfilled') resolve(outcome.value as Result);
        else reject(outcome.reason as Error);
      };
      this.waiting.push({ apply, settle });
      if (!this.isCommitting) this.begin();
    });
  }

  read<Result>(query: () => Result): Promise<Result> {
    const { fate, delayMs } = this.turns.nextRead();
    return new Promise((resolve, reject) => {
      this.time.schedule(delayMs, this.owner, () => {
        if (fate === 'fails') reject(failure());
        else resolve(query());
      });
    });
  }

  private begin(): void {
    this.isCommitting = true;
    const { fate, delayMs } = this.turns.nextWrite();
    this.time.schedule(delayMs, this.owner, () => this.commit(fate));
  }

  private commit(fate: DiskFate['kind']): void {
    if (fate === 'crash_before') {
      this.crash();
      return;
    }
    const batch = this.waiting;
    this.waiting = [];
    const outcomes = batch.map(({ apply }) => (fate === 'fails' ? failed(failure()) : attempt(apply)));
    if (fate === 'crash_after') {
      this.crash();
      return;
    }
    this.isCommitting = false;
    for (const [index, outcome] of outcomes.entries()) {
      batch[index]?.settle(fate === 'lies' && outcome.status === 'fulfilled' ? failed(failure()) : outcome);
    }
    if (this.waiting.length > 0) this.begin();
  }
}

const failed = (reason: unknown): PromiseRejectedResult => ({ status: 'rejected', reason });

function attempt(apply: () => unknown): PromiseSettledResult<unknown> {
  try {
    return { status: 'fulfilled', value: apply() };
  } catch (error) {
    return failed(error);
  }
}

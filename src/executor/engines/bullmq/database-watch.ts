/** So many looks in a row without an answer, and a process is cut off. One is missed while the event loop is busy. */
const MISSES = 3;
/** A question that is not answered is asked again after so many looks: its packets may have been lost for good. */
const ASK_AGAIN_AFTER = 5;

export interface DatabaseWatchParts {
  /** Whether the process has to know: it holds runs. */
  readonly isNeeded: () => boolean;
  /** Rejects if the database cannot be reached or stores nothing; may take its time. */
  readonly askDatabase: () => Promise<void>;
  /** Rejects if the queue cannot be reached. */
  readonly askQueue: () => Promise<void>;
  readonly onCutOff: () => void;
  readonly onBack: () => void;
  /** Milliseconds of any clock that only goes on. */
  readonly now?: () => number;
}

/**
 * Whether this process reaches the queue and not the database: then others may be able to work on its runs, and it is not.
 *
 * It is there until `MISSES` looks in a row have had no answer although the queue answers, then cut off until the first
 * answer. While the queue does not answer either nobody is cut off: nothing could be given to anybody.
 */
export class DatabaseWatch {
  private readonly now: () => number;
  private misses = 0;
  private hasAnswered = false;
  /** Looks since the last question that is not answered; undefined while none is open. */
  private openFor: number | undefined;
  private isAskingQueue = false;
  private backAt = -Infinity;
  private cut = false;

  constructor(private readonly parts: DatabaseWatchParts) {
    this.now = parts.now ?? (() => performance.now());
  }

  get isCutOff(): boolean {
    return this.cut;
  }

  /** Whether the process is cut off, or was so until at most `ms` ago. */
  wasCutOffWithin(ms: number): boolean {
    return this.cut || this.now() - this.backAt <= ms;
  }

  /** The database has answered somebody. */
  answered(): void {
    this.hasAnswered = true;
    if (!this.cut) return;
    this.cut = false;
    this.misses = 0;
    this.backAt = this.now();
    this.parts.onBack();
  }

  /** Call it about once a second. */
  look(): void {
    if (!this.cut && !this.parts.isNeeded()) {
      this.misses = 0;
      this.hasAnswered = false;
      return;
    }
    if (this.hasAnswered) {
      this.misses = 0;
      this.hasAnswered = false;
      return;
    }
    this.ask();
    if (!this.cut) void this.miss();
  }

  private ask(): void {
    if (this.openFor !== undefined) this.openFor += 1;
    if (this.openFor !== undefined && this.openFor < ASK_AGAIN_AFTER) return;
    this.openFor = 0;
    const isOver = (): void => void (this.openFor = undefined);
    this.parts.askDatabase().then(() => {
      isOver();
      this.answered();
    }, isOver);
  }

  private async miss(): Promise<void> {
    if (this.isAskingQueue) return;
    this.isAskingQueue = true;
    try {
      await this.parts.askQueue();
      if (this.hasAnswered || this.cut) return;
      this.misses += 1;
      if (this.misses < MISSES) return;
      this.cut = true;
      this.parts.onCutOff();
    } catch {
      this.misses = 0;
    } finally {
      this.isAskingQueue = false;
    }
  }
}

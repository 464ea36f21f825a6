import type { JournalEntry, Namespace, RunId } from '../../executor/core/index.js';

/** How far the feed of all runs has told of a run. */
export interface KnownRun {
  readonly runId: RunId;
  readonly namespace: Namespace;
  /** Everything up to here was told, or was there before. */
  last: number;
  /** The journal has entries up to here. */
  target: number;
  /** It was so when watching began; nothing was told of it since. */
  isBase: boolean;
  /** When it ended, in monotonic milliseconds; undefined while more may come. */
  endedAt: number | undefined;
}

/** Ended runs are remembered for so long at least, so that a hint that is late does not tell of them again. */
const REMEMBER_MS = 120_000;

/** What is known of runs: all that may move, and those that ended a moment ago. */
export class KnownRuns {
  private readonly runs = new Map<RunId, KnownRun>();
  /** In the order in which they ended. */
  private readonly ended = new Set<KnownRun>();

  get(runId: RunId): KnownRun | undefined {
    return this.runs.get(runId);
  }

  /** A run that was not known, told of up to `last`. */
  add(runId: RunId, namespace: Namespace, last: number): KnownRun {
    const run = { runId, namespace, last, target: last, isBase: false, endedAt: undefined };
    this.runs.set(runId, run);
    return run;
  }

  delete(runId: RunId): void {
    this.runs.delete(runId);
  }

  /** Those that have not ended. */
  get unfinished(): KnownRun[] {
    return [...this.runs.values()].filter(({ endedAt }) => endedAt === undefined);
  }

  end(run: KnownRun, now: number): void {
    run.endedAt = now;
    this.ended.add(run);
  }

  /** Forgets runs that ended long ago and that no search for new runs finds: their ids sort before `idBound`. */
  prune(idBound: string, now: number): void {
    for (const run of this.ended) {
      if (now - (run.endedAt ?? now) < REMEMBER_MS) return;
      if (run.runId > idBound) continue;
      this.ended.delete(run);
      this.runs.delete(run.runId);
    }
  }
}

/** News of a run whose first entry is `firstSeq` begin there, should it have been known from before watching only. */
export function beginAt(run: KnownRun, firstSeq: number): void {
  if (!run.isBase) return;
  run.isBase = false;
  run.last = Math.min(run.last, firstSeq - 1);
  run.target = Math.min(run.target, run.last);
}

/** Entries of a run that follow what was told, or undefined if others come before them. */
export function following(run: KnownRun, entries: readonly JournalEntry[]): readonly JournalEntry[] | undefined {
  if (run.target > run.last || (entries[0]?.seq ?? 0) > run.last + 1) return undefined;
  return entries.filter(({ seq }) => seq > run.last);
}

import type { GraphPlan } from './compile.js';
import { deepEqual } from './deep-equal.js';
import { decodeEntry, encodeEvents } from './event-codec.js';
import type { JournalEntry } from './journal-entry.js';
import { withoutOutput } from './output-ref.js';
import { reduce } from './reduce.js';
import { inputsBehind, tick } from './replay-inputs.js';
import { ReplaySession, type ReplayStep } from './replay-session.js';
import type { RunEvent } from './run-event.js';
import type { RunInput } from './run-input.js';
import { initialState } from './run-state.js';
import type { RunStatus } from './statuses.js';

/** A place where the core would have decided otherwise. */
export interface ReplayDifference {
  /** Place of `journaled`. */
  readonly seq: number;
  readonly journaled: JournalEntry;
  /** What the core decides in its place; null when nothing that may have happened leads to an event there. */
  readonly decided: JournalEntry | null;
}

/** An entry that can follow nothing that was before it. */
export interface JournalFault {
  /** Where the entry stands, or should. */
  readonly seq: number;
  readonly message: string;
}

/** What became of a journal that was decided once more. */
export interface Replay {
  /** Of the run, as its journal tells it. */
  readonly status: RunStatus;
  /** Entries that were looked at: those before the fault, or before it was given up. */
  readonly replayed: number;
  /** In the order of the journal. */
  readonly differences: readonly ReplayDifference[];
  /** It was given up as so many decisions had come out differently. */
  readonly isGivenUp: boolean;
  /** Why the rest cannot be a journal; null when all of it can. */
  readonly fault: JournalFault | null;
}

export interface ReplayOptions {
  /** Decisions that may come out differently before it is given up; 100 when left out. */
  readonly maxDifferent?: number;
}

const MAX_DIFFERENT = 100;

/**
 * Decides a journaled run once more and says where that comes out differently. What happened outside the core (how attempts
 * ended, when a deadline passed, who cancelled, took over or stopped it) is inferred from the journal; so are the chances of
 * jitter and the wishes of servers, as far as they are possible. After a difference it goes on from what the journal says.
 *
 * A journal may end anywhere, and anything that was still to be decided when a session died may be missing.
 *
 * @param entries Outputs that are kept in files are put back beside their references, as for `decodeEntry`.
 * @param plan Of the graph version that the run executes, with the params that a retry gave it.
 */
export function replay(plan: GraphPlan, entries: readonly JournalEntry[], options: ReplayOptions = {}): Replay {
  const { events, status, fault } = readJournal(plan, entries);
  const stored = entries.map(withoutOutput);
  return { ...new Replayer(plan, stored, events, options.maxDifferent ?? MAX_DIFFERENT).replay(), status, fault };
}

interface ReadJournal {
  /** Those before the fault. */
  readonly events: readonly RunEvent[];
  readonly status: RunStatus;
  readonly fault: JournalFault | null;
}

/** Reads entries as long as each can follow the one before it. */
function readJournal(plan: GraphPlan, entries: readonly JournalEntry[]): ReadJournal {
  const state = initialState(plan);
  const events: RunEvent[] = [];
  for (const entry of entries) {
    const seq = events.length + 1;
    try {
      if (entry.seq !== seq) return { events, status: state.status, fault: { seq, message: gapText(entry, seq) } };
      const event = decodeEntry(entry);
      reduce(plan, state, event);
      events.push(event);
    } catch (error) {
      return { events, status: state.status, fault: { seq, message: (error as Error).message } };
    }
  }
  return { events, status: state.status, fault: null };
}

function gapText(entry: JournalEntry, expected: number): string {
  return `the entry at place ${expected} has seq ${entry.seq}: entries are missing, repeated or out of order`;
}

/** What a decision came to, beside the journal. */
interface Outcome {
  readonly decided: readonly JournalEntry[];
  /** Events that the journal holds as they were decided. */
  readonly same: number;
  readonly isSame: boolean;
}

/** Goes through one journal, decision by decision. */
class Replayer {
  private readonly differences: ReplayDifference[] = [];
  /** Decisions that came out differently, those that say again what was said before included. */
  private different = 0;
  private readonly reported = new Set<string>();
  private session: ReplaySession;
  /** Index of the first event that is not explained yet. */
  private at: number;
  /** The start that was missing where the session seemed to drain, in case that it did not. */
  private excused: { readonly at: number; readonly start: JournalEntry } | undefined;

  constructor(
    private readonly plan: GraphPlan,
    private readonly entries: readonly JournalEntry[],
    private readonly events: readonly RunEvent[],
    private readonly maxDifferent: number,
  ) {
    // What a retry reuses was decided when it was asked for, from another run.
    const first = events.findIndex(({ type }) => type !== 'run.queued' && type !== 'node.reused');
    this.at = first === -1 ? events.length : first;
    this.session = new ReplaySession(plan, events, this.at);
  }

  replay(): Omit<Replay, 'status' | 'fault'> {
    while (this.at < this.events.length && this.different < this.maxDifferent) this.next();
    const isGivenUp = this.at < this.events.length;
    return { replayed: this.at, differences: this.differences, isGivenUp };
  }

  private get isRecovery(): boolean {
    return (this.events[this.at] as RunEvent).type === 'run.recovered';
  }

  /** Explains what comes next, or reports that it cannot. */
  private next(): void {
    // Whoever takes a run over knows of it what its journal says.
    if (this.isRecovery) {
      this.session = new ReplaySession(this.plan, this.events, this.at);
    }
    let nearest: Outcome | undefined;
    for (const input of inputsBehind(this.plan, this.session.state, this.events, this.at)) {
      const outcome = this.try([{ kind: 'input', input }]);
      if (outcome.isSame || this.tryWithUnseen(input, outcome)) return;
      if (nearest === undefined || outcome.same > nearest.same) nearest = outcome;
    }
    this.differ(nearest as Outcome);
  }

  /** Tries again with something before the input that had no event of its own. */
  private tryWithUnseen(input: RunInput, { decided, same }: Outcome): boolean {
    const start = decided[same];
    if (start?.type !== 'node.started') return false;
    const next = this.events[this.at + same] as RunEvent;
    if (next.type === 'node.started') {
      // A wait was over before the input, in the same millisecond, while no slot was free.
      return this.try([
        { kind: 'input', input: tick(input.now) },
        { kind: 'input', input },
      ]).isSame;
    }
    if (this.startsFollow(this.at + same)) return false;
    const isDraining = this.try([{ kind: 'drain' }, { kind: 'input', input }]).isSame;
    if (isDraining) this.excused = { at: this.at, start };
    return isDraining;
  }

  /** Whether anything starts from this index on, before the next session begins. */
  private startsFollow(from: number): boolean {
    for (let at = from; at < this.events.length; at++) {
      const { type } = this.events[at] as RunEvent;
      if (type === 'node.started') return true;
      if (type === 'run.recovered') return false;
    }
    return false;
  }

  /** Keeps the steps if what follows from them is what the journal says. */
  private try(steps: readonly ReplayStep[]): Outcome {
    const { ended } = this.session.state;
    const events = this.session.try(steps);
    const decided = encodeEvents(events, { seq: this.at, ended, nodes: this.plan.nodes.length });
    const differs = decided.findIndex((entry, index) => !isSameEntry(entry, this.entries[this.at + index]));
    const same = differs === -1 ? decided.length : differs;
    const isSame = same > 0 && (differs === -1 || this.isCutAt(this.at + same));
    if (isSame) {
      this.session.keep(steps);
      this.at += same;
    }
    return { decided, same, isSame };
  }

  /** The journal ends here, or its session did: what was not written then, the next one decides. */
  private isCutAt(at: number): boolean {
    const next = this.events[at];
    return next === undefined || next.type === 'run.recovered';
  }

  private differ({ decided, same }: Outcome): void {
    const at = this.at + same;
    const excused = this.excused?.at === at ? this.excused.start : null;
    this.report(this.entries[at] as JournalEntry, decided[same] ?? excused);
    this.different += 1;
    this.at = this.endOfDifference(at, decided.slice(same));
    const step: ReplayStep = { kind: 'journaled', until: this.at };
    this.session.try([step]);
    this.session.keep([step]);
  }

  /**
   * Behind the entry that differs, the rest of a decision follows from what the journal has. Not so the rest of a recovery,
   * which happens once: there, all is passed over that is at least of the kind that was decided.
   */
  private endOfDifference(from: number, decided: readonly JournalEntry[]): number {
    if (!this.isRecovery) return from + 1;
    const other = decided.findIndex((entry, index) => {
      const journaled = this.entries[from + index];
      return journaled === undefined || !isOfSameKind(entry, journaled);
    });
    return from + Math.max(1, other === -1 ? decided.length : other);
  }

  /** What the core insists on is said once, though each decision that follows says it again. */
  private report(journaled: JournalEntry, decided: JournalEntry | null): void {
    if (decided !== null && !isOfSameKind(decided, journaled)) {
      const insisted = `${decided.type} ${String(decided.nodeId)} ${String(decided.attempt)}`;
      if (this.reported.has(insisted)) return;
      this.reported.add(insisted);
    }
    this.differences.push({ seq: journaled.seq, journaled, decided });
  }
}

/** Level and message are for people: their words may change. */
function isSameEntry(decided: JournalEntry, journaled: JournalEntry | undefined): boolean {
  return (
    journaled !== undefined &&
    isOfSameKind(decided, journaled) &&
    decided.ts === journaled.ts &&
    decided.attempt === journaled.attempt &&
    decided.progress === journaled.progress &&
    deepEqual(decided.data, journaled.data)
  );
}

function isOfSameKind(one: JournalEntry, other: JournalEntry): boolean {
  return one.type === other.type && one.nodeId === other.nodeId;
}

import { isDeepStrictEqual } from 'node:util';
import { type RunId, type RunState, isTerminalRun } from '../../../src/executor/core/index.js';
import { InProcessEventBus, type PublishedEntries } from '../../../src/events/event-bus.js';
import type { Invocation } from '../../../src/executor/invoker/index.js';
import { DatabaseLostError, StaleWriterError } from '../../../src/storage/index.js';
import { meaningOf } from '../meaning.js';
import type { DurableStore } from './durable-store.js';

/** Watches one process at its edges and notes each breach of what it must never do. */
export class Witness {
  /** Attempts that have neither ended nor been abandoned. */
  openAttempts = 0;
  /** Runs of which the process was told that they are not its own any more. */
  private readonly disowned = new Set<RunId>();
  /** Runs that it may never touch again. */
  private readonly fenced = new Set<RunId>();
  private readonly published = new Map<RunId, number>();
  /** Stored by the process, but not published yet, by run: the last `seq`. */
  private readonly unpublished = new Map<RunId, number>();
  /** States that sessions were given to live in. */
  private readonly states = new Map<RunId, RunState>();

  constructor(
    readonly name: string,
    private readonly store: DurableStore,
    private readonly breaches: string[],
  ) {}

  sawHandedOut(runId: RunId, state: RunState): void {
    this.states.set(runId, state);
    // Whoever is asked to cancel a run that another has taken may take it back.
    this.disowned.delete(runId);
  }

  sawAppend(runId: RunId): void {
    if (this.isLost(runId)) this.breach(runId, 'was written to after it was lost');
  }

  sawRefusal(runId: RunId, error: unknown): void {
    if (error instanceof StaleWriterError) this.disowned.add(runId);
    if (error instanceof DatabaseLostError) this.fenced.add(runId);
  }

  sawStored(runId: RunId, seq: number): void {
    this.unpublished.set(runId, seq);
  }

  sawPublished({ runId, entries }: PublishedEntries): void {
    const stored = this.store.rows(runId, (entries[0]?.seq ?? 1) - 1, entries.length);
    for (const [index, entry] of entries.entries()) {
      if (stored[index] !== JSON.stringify(entry)) {
        this.breach(runId, `published ${entry.seq} ${entry.type}, which is not durable`);
      }
      if (entry.seq <= (this.published.get(runId) ?? 0)) this.breach(runId, `published ${entry.seq} again`);
      this.published.set(runId, entry.seq);
    }
    if (this.unpublished.get(runId) === entries.at(-1)?.seq) this.unpublished.delete(runId);
    this.compareStates(runId);
  }

  sawInvocation({ runId, nodeId, attempt }: Invocation): void {
    this.openAttempts += 1;
    const record = this.store.recordOf(runId, nodeId);
    if (record === undefined || record.attempts < attempt) {
      this.breach(runId, `performed ${nodeId} before its start was durable`);
    }
    if (record?.state.status === 'SUCCESS') this.breach(runId, `performed ${nodeId} after its success`);
    if (this.isLost(runId)) this.breach(runId, `performed ${nodeId} after the run was lost`);
  }

  sawAttemptEnd(): void {
    this.openAttempts -= 1;
  }

  /** Nothing is under way any more in this turn. */
  sawQuiet(): void {
    for (const [runId, seq] of this.unpublished) this.breach(runId, `stored ${seq} and did not publish it`);
    this.unpublished.clear();
  }

  breach(subject: string, what: string): void {
    this.breaches.push(`${this.name}: ${subject} ${what}`);
  }

  private isLost(runId: RunId): boolean {
    return this.disowned.has(runId) || this.fenced.has(runId);
  }

  /** Between an append and the next decision a live run is in the state to which its journal folds. */
  private compareStates(runId: RunId): void {
    const durable = this.store.stateOf(runId);
    const live = this.states.get(runId);
    if (durable === undefined || live === undefined || durable.seq !== live.seq) return;
    if (!isTerminalRun(live.status) && live.seq % 16 !== 0) return;
    const [liveText, durableText] = [textOf(live), textOf(durable)];
    // Keys may come in another order; most often they do not, and texts are compared faster.
    if (liveText === durableText || isDeepStrictEqual(JSON.parse(liveText), JSON.parse(durableText))) return;
    this.breach(runId, `lives in another state at ${live.seq}`);
  }
}

/** What the journal determines of a state, as text. */
function textOf(state: RunState): string {
  return JSON.stringify(meaningOf(state), (_key, value: unknown) => {
    if (value instanceof Set) return [...(value as ReadonlySet<unknown>)].sort();
    return value instanceof Map ? [...(value as ReadonlyMap<unknown, unknown>)] : value;
  });
}

/** Has the witness see what is published. */
export class WitnessedBus extends InProcessEventBus {
  constructor(private readonly witness: Witness) {
    super();
  }

  override publish(published: PublishedEntries): void {
    this.witness.sawPublished(published);
    super.publish(published);
  }
}

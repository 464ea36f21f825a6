import { Injectable } from '@nestjs/common';
import {
  type GraphPlan,
  type JournalEntry,
  type Namespace,
  type RunEvent,
  type RunId,
  type RunState,
  decodeEntry,
  initialState,
  reduce,
} from './core/index.js';
import { AllRunsRepository, type Cache, CacheSpace, Journal, type StoredRun } from '../storage/index.js';
import { OutputHydrator } from './outputs/index.js';
import { roughSize } from './rough-size.js';
import { PlanCache } from './spec/index.js';

/** Entries read from the journal at once. */
const PAGE = 1_000;
/** A run that is kept weighs a kilobyte for each node, about, besides what its events hold. */
const NODE_WEIGHT = 1;
const BYTES_PER_WEIGHT = 1_024;

/** A run as its journal tells it. */
export interface FoldedRun {
  readonly plan: GraphPlan;
  readonly state: RunState;
}

/** A run that can be lived on. */
export interface LoadedRun extends FoldedRun {
  readonly namespace: Namespace;
}

/** Folds events from the first one on. */
export function foldRun(plan: GraphPlan, events: readonly RunEvent[]): FoldedRun {
  const state = initialState(plan);
  for (const event of events) reduce(plan, state, event);
  return { plan, state };
}

/** Folds runs of all namespaces from their journals: whoever reads for a client has found the run in its namespace. */
@Injectable()
export class RunReader {
  /** Runs read lately: a reader who comes again pays only for what is new. */
  private readonly cache: Cache<RunId, FoldedRun>;
  /** What the events hold that were folded into a state, in bytes, about. */
  private readonly sizes = new WeakMap<RunState, number>();
  /** Reads under way: two readers of one run share one fold. */
  private readonly reading = new Map<RunId, Promise<FoldedRun | undefined>>();

  constructor(
    private readonly runs: AllRunsRepository,
    private readonly journal: Journal,
    private readonly plans: PlanCache,
    private readonly outputs: OutputHydrator,
    space: CacheSpace = new CacheSpace(),
  ) {
    this.cache = space.open();
  }

  /**
   * The run as of now, for reading only: others share it. Undefined if it is unknown.
   *
   * @throws {CorruptJournalError} if its journal or the file of a large output is damaged.
   */
  read(runId: RunId): Promise<FoldedRun | undefined> {
    const current = this.reading.get(runId);
    if (current !== undefined) return current;
    const reading = this.readOn(runId)
      .catch((error: unknown) => {
        this.cache.delete(runId);
        throw error;
      })
      .finally(() => this.reading.delete(runId));
    this.reading.set(runId, reading);
    return reading;
  }

  /**
   * The run as of now, for the caller alone: a session advances it. Undefined if it is unknown.
   *
   * @throws {CorruptJournalError} if its journal or the file of a large output is damaged.
   */
  async load(runId: RunId): Promise<LoadedRun | undefined> {
    const run = await this.runs.findInAnyNamespace(runId);
    const plan = run && (await this.planOf(run));
    if (run === undefined || plan === undefined) return undefined;
    const folded = foldRun(plan, []);
    await this.foldOn(runId, folded);
    return { ...folded, namespace: run.namespace };
  }

  private async readOn(runId: RunId): Promise<FoldedRun | undefined> {
    const cached = this.cache.get(runId);
    const run = cached ?? (await this.load(runId));
    if (run === undefined) return undefined;
    if (cached !== undefined) await this.foldOn(runId, cached);
    this.cache.set(runId, run, this.weightOf(run));
    return run;
  }

  private async planOf({ runId, graphId, graphVersion, retryOf }: StoredRun): Promise<GraphPlan | undefined> {
    const plan = (await this.plans.get(graphId, graphVersion))?.plan;
    if (plan === undefined || retryOf === null) return plan;
    // A retry may say some params differently from the graph.
    const [first] = await this.journal.read(runId, { afterSeq: 0, limit: 1 });
    const queued = first === undefined ? undefined : decodeEntry(first);
    return queued?.type === 'run.queued' ? this.plans.withParams(plan, queued.retry?.params ?? {}) : plan;
  }

  private async foldOn(runId: RunId, { plan, state }: FoldedRun): Promise<void> {
    let bytes = this.sizes.get(state) ?? 0;
    let page: JournalEntry[];
    do {
      page = await this.journal.read(runId, { afterSeq: state.seq, limit: PAGE });
      for (const entry of await this.outputs.hydrate(runId, page)) {
        reduce(plan, state, decodeEntry(entry));
        bytes += roughSize(entry.data);
      }
    } while (page.length === PAGE);
    this.sizes.set(state, bytes);
  }

  private weightOf({ plan, state }: FoldedRun): number {
    return plan.nodes.length * NODE_WEIGHT + Math.ceil((this.sizes.get(state) ?? 0) / BYTES_PER_WEIGHT);
  }
}

import { Injectable } from '@nestjs/common';
import { EventBus } from '../events/index.js';
import {
  type JournalEntry,
  type JsonObject,
  type Namespace,
  type NodeSummary,
  RUN_ID,
  type RunId,
  type RunResult,
  type RunState,
  type RunStatus,
  gatherInput,
  isTerminalRun,
  runId,
  summariseNodes,
  upstreamOutcomes,
} from '../executor/core/index.js';
import { EngineNotRunningError, type FoldedRun, OutputHydrator, RunEngine, RunReader } from '../executor/index.js';
import { mentionRun } from '../observability/core/index.js';
import {
  Journal,
  type JournalQuery,
  type RunListQuery,
  type RunHead,
  RunRepository,
  type StoredRun,
} from '../storage/index.js';
import { awaitEnd } from './await-end.js';
import { NodeNotFoundError, RunFinishedError, RunNotFoundError, engineProblem } from './runs.errors.js';

/** A run with its nodes and its result, large outputs included. */
export interface WholeRun {
  readonly run: StoredRun;
  readonly nodes: readonly NodeSummary[];
  /** Null unless it is SUCCESS. */
  readonly result: RunResult | null;
}

/** One node run with what went in and came out. */
export interface NodeRunDetail {
  readonly summary: NodeSummary;
  readonly params: JsonObject;
  /** Null until its edges have resolved in its favour. */
  readonly input: JsonObject | null;
  readonly output: unknown;
  readonly upstream: Readonly<Record<string, unknown>> | null;
}

/** What a request to cancel came to. */
export interface CancelOutcome {
  readonly runId: RunId;
  readonly status: RunStatus;
  /** It was CANCELLED before. */
  readonly wasCancelled: boolean;
}

/** Reads and cancels the runs of a namespace; those of another are unknown. */
@Injectable()
export class RunsService {
  constructor(
    private readonly runs: RunRepository,
    private readonly journal: Journal,
    private readonly reader: RunReader,
    private readonly engine: RunEngine,
    private readonly bus: EventBus,
    private readonly outputs: OutputHydrator,
  ) {}

  /** Newest first; one row more than `limit` if there are more. */
  list(namespace: Namespace, query: RunListQuery): Promise<StoredRun[]> {
    return this.runs.list(namespace, { ...query, limit: query.limit + 1 });
  }

  /** @throws {RunNotFoundError} */
  async findHead(namespace: Namespace, id: string): Promise<RunHead> {
    const head = RUN_ID.test(id) ? await this.runs.findHead(namespace, runId(id)) : undefined;
    if (head === undefined) throw new RunNotFoundError(id);
    mentionRun(head.runId);
    return head;
  }

  /** @throws {RunNotFoundError} */
  async find(namespace: Namespace, id: string): Promise<StoredRun> {
    const run = RUN_ID.test(id) ? await this.runs.find(namespace, runId(id)) : undefined;
    if (run === undefined) throw new RunNotFoundError(id);
    mentionRun(run.runId);
    return run;
  }

  /**
   * A finished run comes from its row and the files of its large outputs, any other one from its journal.
   *
   * @throws {RunNotFoundError}
   * @throws {CorruptJournalError} if what is stored of it is damaged.
   */
  async get(namespace: Namespace, id: string): Promise<WholeRun> {
    const run = await this.find(namespace, id);
    if (run.nodesJson !== null) {
      return { run, nodes: JSON.parse(run.nodesJson) as NodeSummary[], result: await this.resultOf(run) };
    }
    const { plan, state } = await this.fold(run.runId);
    const { status, progress, startedAt } = state;
    // The journal may have gone on since the row was read; an ended run is read again as one.
    if (isTerminalRun(status)) return this.get(namespace, id);
    return { run: { ...run, status, progress, startedAt }, nodes: summariseNodes(plan, state), result: null };
  }

  /** @throws {RunNotFoundError | NodeNotFoundError} */
  async getNode(namespace: Namespace, id: string, nodeId: string): Promise<NodeRunDetail> {
    const run = await this.find(namespace, id);
    const folded = await this.fold(run.runId);
    const index = folded.plan.indexOf.get(nodeId);
    const node = index === undefined ? undefined : folded.plan.nodes[index];
    const summary = index === undefined ? undefined : summariseNodes(folded.plan, folded.state)[index];
    if (node === undefined || summary === undefined) throw new NodeNotFoundError(run.runId, nodeId);
    const { plan, state } = folded;
    const gathered = gatherInput(plan, state, node);
    const own = state.nodes[node.index]?.state;
    return {
      summary,
      params: node.definition.params,
      input: isInputKnown(summary, state) ? { ...gathered.params, ...gathered.input } : null,
      output: own?.status === 'SUCCESS' ? own.output : null,
      upstream: node.definition.join === 'settled' && summary.attempts > 0 ? upstreamOutcomes(plan, state, node) : null,
    };
  }

  /** @throws {RunNotFoundError} */
  async logs(namespace: Namespace, id: string, query: JournalQuery): Promise<JournalEntry[]> {
    const run = await this.find(namespace, id);
    return this.journal.read(run.runId, query);
  }

  /** Resolves when the run has ended, after `seconds`, or when `signal` fires. @throws {RunNotFoundError} */
  async awaitEnd(namespace: Namespace, id: string, seconds: number, signal: AbortSignal): Promise<void> {
    if (!RUN_ID.test(id)) throw new RunNotFoundError(id);
    const sought = runId(id);
    const findStatus = (): Promise<RunStatus> => this.statusOf(namespace, sought);
    await awaitEnd({ runId: sought, bus: this.bus, findStatus, seconds, signal });
  }

  /**
   * Durable when it resolves; can be repeated.
   *
   * @throws {RunNotFoundError | RunFinishedError}
   * @throws {ProblemError} `shutting-down` or `not-ready` while the engine does not run.
   */
  async cancel(namespace: Namespace, id: string): Promise<CancelOutcome> {
    const run = await this.find(namespace, id);
    if (run.status === 'CANCELLED') return { runId: run.runId, status: run.status, wasCancelled: true };
    const status = await this.cancelUnfinished(run);
    if (status === 'SUCCESS' || status === 'FAILED') throw new RunFinishedError(run.runId, status);
    return { runId: run.runId, status, wasCancelled: false };
  }

  private async resultOf({ runId: id, resultJson }: StoredRun): Promise<RunResult | null> {
    return resultJson === null ? null : this.outputs.hydrateResult(id, JSON.parse(resultJson) as RunResult);
  }

  private async statusOf(namespace: Namespace, id: RunId): Promise<RunStatus> {
    const status = await this.runs.findStatus(namespace, id);
    if (status === undefined) throw new RunNotFoundError(id);
    return status;
  }

  private async cancelUnfinished(run: StoredRun): Promise<RunStatus> {
    if (isTerminalRun(run.status)) return run.status;
    try {
      return await this.engine.cancel(run.runId);
    } catch (error) {
      throw error instanceof EngineNotRunningError ? engineProblem(this.engine.phase) : error;
    }
  }

  private async fold(id: RunId): Promise<FoldedRun> {
    const folded = await this.reader.read(id);
    if (folded === undefined) throw new RunNotFoundError(id);
    return folded;
  }
}

/** Its edges have resolved in its favour, in this run or in the one that it was reused from. */
function isInputKnown({ attempts, reusedFrom }: NodeSummary, { startedAt }: RunState): boolean {
  return attempts > 0 || (reusedFrom !== undefined && startedAt !== null);
}

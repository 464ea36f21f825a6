import { Injectable } from '@nestjs/common';
import { type Namespace, type RunId, encodeEvent, encodeEvents, isOutputFile } from '../../executor/core/index.js';
import { RunEngine, foldRun } from '../../executor/index.js';
import type { Answer, GuardWith } from '../../http/index.js';
import { ArtifactRepository, RetriedRunGoneError } from '../../storage/index.js';
import type { RetryRunBody } from '../dto/run.schemas.js';
import { RunLauncher } from '../run-launcher.js';
import { startByOf } from '../run-starter.js';
import { RunNotFoundError, engineProblem } from '../runs.errors.js';
import { type EndedRun, EndedRuns } from './ended-runs.js';
import { type PlannedRetry, RetryPlanner } from './retry-planner.js';
import { reusedOutputs } from './reused-outputs.js';

/** What came of a request to retry a run. */
export interface RetryOutcome {
  /** Null for a dry run. */
  readonly runId: RunId | null;
  readonly retryOf: RunId;
  readonly reused: readonly string[];
  readonly rerun: readonly string[];
}

/** Commits runs that retry others. */
@Injectable()
export class RunRetrier {
  constructor(
    private readonly endedRuns: EndedRuns,
    private readonly planner: RetryPlanner,
    private readonly artifacts: ArtifactRepository,
    private readonly engine: RunEngine,
    private readonly launcher: RunLauncher,
  ) {}

  /**
   * Has a new run committed with everything that it reuses; a dry run only says what that would be.
   * `answerOf` makes the answer that a repeated request gets again.
   *
   * @throws {ProblemError} `run-not-found`, `run-not-finished`, `nothing-to-retry`, `graph-not-found`, `graph-archived`,
   *   `run-invalid`, `shutting-down` or `not-ready`.
   * @throws {JournalBusyError | JournalUnavailableError} and nothing was stored.
   */
  async retry(
    namespace: Namespace,
    id: string,
    body: RetryRunBody,
    guardWith: GuardWith,
    answerOf: (outcome: RetryOutcome) => Answer,
  ): Promise<Answer> {
    const isDry = body.dry_run === true;
    if (!isDry && this.engine.phase !== 'running') throw engineProblem(this.engine.phase);
    const past = await this.endedRuns.find(namespace, id);
    const planned = await this.planner.plan(past, body);
    const { reused, rerun } = planned.reuse;
    const answer = answerOf({
      runId: isDry ? null : planned.runId,
      retryOf: past.runId,
      reused: reused.filter(({ fromRun }) => fromRun !== null).map(({ nodeId }) => nodeId),
      rerun,
    });
    if (isDry) return answer;
    try {
      await this.commit(past, planned, guardWith, answer);
    } catch (error) {
      throw error instanceof RetriedRunGoneError ? new RunNotFoundError(past.runId) : error;
    }
    return answer;
  }

  private async commit(past: EndedRun, planned: PlannedRetry, guardWith: GuardWith, answer: Answer): Promise<void> {
    const { runId, graphName, plan, queued } = planned;
    const { events, copies, files } = reusedOutputs(past.runId, planned, await this.filesOf(past, planned));
    const entries = [
      encodeEvent(queued, 1, 0),
      ...encodeEvents(events, { seq: 1, ended: 0, nodes: plan.nodes.length }),
    ];
    const { graphId, graphVersion, ts: createdAt } = queued;
    await this.launcher.launch({
      run: {
        runId,
        namespace: past.run.namespace,
        graphId,
        graphVersion,
        graphName,
        labels: past.run.labels,
        createdAt,
        inputJson: JSON.stringify(queued.input),
        retry: { retryOf: past.runId, rootRunId: past.run.rootRunId, artifacts: copies },
        files,
      },
      entries,
      guard: guardWith(answer),
      priority: queued.settings.priority,
      startBy: startByOf(queued.settings, createdAt),
      fold: () => foldRun(plan, [queued, ...events]),
    });
  }

  /** Names of the files that agents of reused nodes made. */
  private async filesOf(past: EndedRun, { reuse }: PlannedRetry): Promise<string[]> {
    const reused = new Set(reuse.reused.filter(({ fromRun }) => fromRun !== null).map(({ nodeId }) => nodeId));
    const all = reused.size === 0 ? [] : await this.artifacts.list(past.runId);
    return all.filter(({ nodeId, name }) => reused.has(nodeId) && !isOutputFile(name)).map(({ name }) => name);
  }
}

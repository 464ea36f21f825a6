import { Injectable, Optional } from '@nestjs/common';
import { AppConfig, LoadedConfig } from '../../config/index.js';
import {
  type GraphPlan,
  type Json,
  type JsonObject,
  type ReusePlan,
  type RunId,
  type RunQueued,
  jsonPointer,
  overlay,
  planReuse,
  setOwn,
} from '../../executor/core/index.js';
import { Clock, type LargeOutput, PlanCache, RunTracer, toRunSettings } from '../../executor/index.js';
import { GraphsService, type ParamsByNode, type RunnableGraph } from '../../graphs/index.js';
import { type ProblemDetail, ProblemError, capDetails, countOfFaults } from '../../http/index.js';
import { PluginRegistry } from '../../plugins/index.js';
import { Ids } from '../../storage/index.js';
import type { RetryRunBody } from '../dto/run.schemas.js';
import { NothingToRetryError } from '../runs.errors.js';
import type { EndedRun } from './ended-runs.js';
import { checkGivenOutputs } from './given-outputs.js';
import { namedNodesFaults } from './retry-faults.js';

/** A run that is about to retry another. */
export interface PlannedRetry {
  readonly runId: RunId;
  readonly graphName: string;
  /** Of the graph version to run, overridden params included. */
  readonly plan: GraphPlan;
  readonly queued: RunQueued;
  readonly reuse: ReusePlan;
  /** Outputs that the client gave and that are too large for the journal, by node id. */
  readonly givenLarge: ReadonlyMap<string, LargeOutput>;
}

/** Works out what a retry is to be. Nothing is stored. */
@Injectable()
export class RetryPlanner {
  constructor(
    private readonly config: AppConfig,
    private readonly loaded: LoadedConfig,
    private readonly graphs: GraphsService,
    private readonly plans: PlanCache,
    private readonly registry: PluginRegistry,
    private readonly clock: Clock,
    private readonly ids: Ids,
    @Optional() private readonly tracer?: RunTracer,
  ) {}

  /**
   * @throws {ProblemError} `graph-not-found`, `graph-archived` or `run-invalid` with one error per fault.
   * @throws {NothingToRetryError} if the run succeeded and nothing is asked to be different.
   */
  async plan(past: EndedRun, body: RetryRunBody): Promise<PlannedRetry> {
    const graph = await this.graphs.resolve(past.run.namespace, past.run.graphId, versionOf(past, body));
    const params = paramsOf(past, body, graph.plan);
    const { maxOutputBytes: maxInlineBytes, maxArtifactBytes: maxBytes } = this.config.execution;
    const given = checkGivenOutputs(body.with_output ?? {}, {
      plan: graph.plan,
      registry: this.registry,
      maxInlineBytes,
      maxBytes,
    });
    const named = namedNodesFaults(body, graph.plan);
    assertNoFaults([...named, ...(await this.paramsFaults(graph, params)), ...given.faults]);
    assertSomethingToDo(past, body, graph.version);
    const plan = this.plans.withParams(graph.plan, params);
    const runId = this.ids.run();
    const queued = this.queue(past, body, graph, params);
    const { allowedEnv: env } = this.loaded;
    const reuse = planReuse(past, { runId, plan, queued, from: new Set(body.from), given: given.outputs, env });
    assertNoFaults(reuse.unordered.map(unorderedFault));
    return { runId, graphName: graph.name, plan, queued, reuse, givenLarge: given.large };
  }

  private queue(past: EndedRun, body: RetryRunBody, graph: RunnableGraph, params: ParamsByNode): RunQueued {
    const { options, trace: pastTrace } = past.queued;
    const trace = this.tracer?.current();
    const traced = pastTrace === undefined ? {} : { traceparent: pastTrace.traceparent };
    return {
      type: 'run.queued',
      ts: this.clock.now(),
      graphId: graph.graphId,
      graphVersion: graph.version,
      input: body.input === undefined ? past.queued.input : (body.input as Json),
      settings: toRunSettings(this.config.execution, graph.options, options),
      ...(options === undefined ? {} : { options }),
      retry: { retryOf: past.runId, rootRunId: past.run.rootRunId, params, skip: body.skip ?? [], ...traced },
      ...(trace === undefined ? {} : { trace }),
    };
  }

  private async paramsFaults(graph: RunnableGraph, params: ParamsByNode): Promise<ProblemDetail[]> {
    const faults = await this.graphs.checkParams(graph, params);
    return faults.map((fault) => ({ ...fault, pointer: jsonPointer(['params']) + fault.pointer }));
  }
}

/** Undefined for the newest. */
function versionOf({ run }: EndedRun, { graph_version: wanted = 'same' }: RetryRunBody): number | undefined {
  if (wanted === 'same') return run.graphVersion;
  return wanted === 'latest' ? undefined : wanted;
}

/** What this retry says, over what the retried run said; a node that the version lacks has nothing to inherit. */
function paramsOf({ queued }: EndedRun, body: RetryRunBody, plan: GraphPlan): ParamsByNode {
  const params: Record<string, JsonObject> = {};
  for (const [id, own] of Object.entries(queued.retry?.params ?? {})) if (plan.indexOf.has(id)) setOwn(params, id, own);
  for (const [id, own] of Object.entries(body.params ?? {}) as [string, JsonObject][]) {
    setOwn(params, id, Object.hasOwn(params, id) ? overlay(params[id] ?? {}, own) : own);
  }
  return params;
}

function assertSomethingToDo({ run }: EndedRun, body: RetryRunBody, version: number): void {
  if (run.status !== 'SUCCESS' || body.input !== undefined || version !== run.graphVersion) return;
  const named = [body.from, body.skip, body.params, body.with_output];
  if (named.every((nodes) => Object.keys(nodes ?? {}).length === 0)) throw new NothingToRetryError(run.runId);
}

function unorderedFault({ nodeId, reads }: ReusePlan['unordered'][number]): ProblemDetail {
  const message = `a template of "${nodeId}" reads "${reads}", for which it would no longer wait: give that output too`;
  return { pointer: '/with_output', code: 'not-upstream', message };
}

function assertNoFaults(faults: readonly ProblemDetail[]): void {
  if (faults.length === 0) return;
  throw new ProblemError('run-invalid', `the body has ${countOfFaults(faults.length)}`, { errors: capDetails(faults) });
}

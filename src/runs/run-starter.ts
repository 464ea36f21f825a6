import { Injectable, Optional } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import {
  type Json,
  type Namespace,
  type RunEvent,
  type RunId,
  type RunSettings,
  encodeEvent,
  epochMs,
} from '../executor/core/index.js';
import { Clock, RunEngine, type RunOptionsSpec, RunTracer, foldRun, toRunSettings } from '../executor/index.js';
import { GraphsService } from '../graphs/index.js';
import type { Answer, GuardWith } from '../http/index.js';
import { Ids } from '../storage/index.js';
import { RunLauncher } from './run-launcher.js';
import { engineProblem } from './runs.errors.js';

/** What a client asks for. */
export interface StartRun {
  /** Of the graph, and so of the run. */
  readonly namespace: Namespace;
  readonly graphId: string;
  readonly version?: number;
  readonly input: Json;
  readonly options?: RunOptionsSpec;
  readonly labels: Readonly<Record<string, string>>;
}

/** Commits new runs. */
@Injectable()
export class RunStarter {
  constructor(
    private readonly config: AppConfig,
    private readonly graphs: GraphsService,
    private readonly engine: RunEngine,
    private readonly launcher: RunLauncher,
    private readonly clock: Clock,
    private readonly ids: Ids,
    @Optional() private readonly tracer?: RunTracer,
  ) {}

  /**
   * Has the engine commit a run and see to it: once this resolves, the run survives `kill -9`. `answerOf` makes the answer
   * that a repeated request gets again.
   *
   * @throws {ProblemError} `graph-not-found`, `graph-archived`, `shutting-down` or `not-ready`.
   * @throws {JournalBusyError | JournalUnavailableError} and nothing was stored.
   */
  async start(request: StartRun, guardWith: GuardWith, answerOf: (runId: RunId) => Answer): Promise<Answer> {
    if (this.engine.phase !== 'running') throw engineProblem(this.engine.phase);
    const { namespace } = request;
    const graph = await this.graphs.resolve(namespace, request.graphId, request.version);
    const { graphId, version, name, options, plan } = graph;
    const settings = toRunSettings(this.config.execution, options, request.options);
    const { input, labels } = request;
    const now = this.clock.now();
    const trace = this.tracer?.current();
    const queued: RunEvent = {
      type: 'run.queued',
      ts: now,
      graphId,
      graphVersion: version,
      input,
      settings,
      ...(request.options === undefined ? {} : { options: request.options }),
      ...(trace === undefined ? {} : { trace }),
    };
    const entries = [encodeEvent(queued, 1, 0)];
    const id = this.ids.run();
    const answer = answerOf(id);
    const run = { runId: id, namespace, graphId, graphVersion: version, graphName: name, labels, createdAt: now };
    await this.launcher.launch({
      run: { ...run, inputJson: JSON.stringify(input) },
      entries,
      guard: guardWith(answer),
      priority: settings.priority,
      startBy: startByOf(settings, now),
      fold: () => foldRun(plan, [queued]),
    });
    return answer;
  }
}

/** When a run that was queued `now` expires unless it has started; undefined if it does not. */
export function startByOf({ expireIfNotStartedSec }: RunSettings, now: number): ReturnType<typeof epochMs> | undefined {
  return expireIfNotStartedSec === undefined ? undefined : epochMs(now + expireIfNotStartedSec * 1_000);
}

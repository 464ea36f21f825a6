import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { EventBus } from '../events/index.js';
import { type Json, type RunId, type RunSettings, encodeEvent, epochMs } from '../executor/core/index.js';
import { Clock, type GraphSpec, type RunOptionsSpec, RunEngine, toRunSettings } from '../executor/index.js';
import { GraphsService } from '../graphs/index.js';
import type { Answer, GuardWith } from '../http/index.js';
import { Ids, Journal } from '../storage/index.js';
import { engineProblem } from './runs.errors.js';

/** What a client asks for. */
export interface StartRun {
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
    private readonly journal: Journal,
    private readonly bus: EventBus,
    private readonly engine: RunEngine,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Commits a run and offers it to the engine: once this resolves, the run survives `kill -9`. `answerOf` makes the answer
   * that a repeated request gets again.
   *
   * @throws {ProblemError} `graph-not-found`, `graph-archived`, `shutting-down` or `not-ready`.
   * @throws {JournalBusyError | JournalUnavailableError} and nothing was stored.
   */
  async start(request: StartRun, guardWith: GuardWith, answerOf: (runId: RunId) => Answer): Promise<Answer> {
    if (this.engine.phase !== 'running') throw engineProblem(this.engine.phase);
    const { graph, version } = await this.graphs.resolve(request.graphId, request.version);
    const { options } = JSON.parse(version.specJson) as GraphSpec;
    const settings = toRunSettings(this.config.execution, options, request.options);
    const runId = this.ids.run();
    const now = this.clock.now();
    const queued = encodeEvent(
      {
        type: 'run.queued',
        ts: now,
        graphId: graph.graphId,
        graphVersion: version.version,
        input: request.input,
        settings,
      },
      1,
      0,
    );
    const answer = answerOf(runId);
    const run = {
      runId,
      graphId: graph.graphId,
      graphVersion: version.version,
      graphName: version.name,
      inputJson: JSON.stringify(request.input),
      labels: request.labels,
      createdAt: now,
    };
    await this.journal.create(run, [queued], guardWith(answer));
    this.bus.publish({ runId, entries: [queued] });
    this.engine.offer(runId, startByOf(settings, now));
    return answer;
  }
}

function startByOf({ expireIfNotStartedSec }: RunSettings, now: number): ReturnType<typeof epochMs> | undefined {
  return expireIfNotStartedSec === undefined ? undefined : epochMs(now + expireIfNotStartedSec * 1_000);
}

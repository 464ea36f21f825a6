import { EventBus } from '../../events/index.js';
import { DEFAULT_NAMESPACE, type Json, type JournalEntry, runId as toRunId } from '../../executor/core/index.js';
import { DatabaseClaim, RunEngine } from '../../executor/index.js';
import { type AcceptedVersion, GraphsService } from '../../graphs/index.js';
import { ProblemError, ZodBodyPipe, assertBodyObject } from '../../http/index.js';
import { RunStarter, RunsService, startRunSchema, toRunDto } from '../../runs/index.js';
import { ArtifactRepository, Journal } from '../../storage/index.js';
import type { CliContext } from '../cli-context.js';
import { CliError } from '../cli-errors.js';
import { LocalApp } from '../local/local-app.js';
import type { LocalOptions } from '../local/local-config.js';
import {
  GraphRefusedError,
  type RunArtifact,
  RunClient,
  type RunOutcome,
  type RunRequest,
  type StartedRun,
} from './run-client.js';

const PAGE = 1_000;
const TERMINAL = new Set(['run.succeeded', 'run.failed', 'run.cancelled']);
/** Nothing guards a request that nobody can repeat. */
const UNGUARDED = (): undefined => undefined;

/** Runs in this process: the engine, the journal and the plugins of the service on a database in memory. */
export class LocalRunClient extends RunClient {
  private constructor(private readonly app: LocalApp) {
    super();
  }

  /** @throws {ConfigError} with every fault. */
  static async open(context: CliContext, options: LocalOptions = {}): Promise<LocalRunClient> {
    const app = await LocalApp.open(context, options);
    await app.get(DatabaseClaim).acquire({ wait: false, version: context.version, onLost: () => undefined });
    await app.get(RunEngine).start();
    return new LocalRunClient(app);
  }

  override async start({ graphText, input, labels }: RunRequest): Promise<StartedRun> {
    const { graphId, warnings } = await this.createGraph(graphText);
    this.checkRun({ graph_id: graphId, input, labels });
    const request = { namespace: DEFAULT_NAMESPACE, graphId, input: input ?? {}, labels };
    let runId = '';
    await this.app.get(RunStarter).start(request, UNGUARDED, (id) => {
      runId = id;
      return { status: 202, body: {} };
    });
    return { runId, warnings };
  }

  override async *follow(runId: string): AsyncGenerator<JournalEntry> {
    const journal = this.app.get(Journal);
    let changed = Promise.withResolvers<undefined>();
    // Watching begins before the first read, so that nothing can fall between the two.
    const watching = this.app
      .get(EventBus)
      .run$(toRunId(runId))
      .subscribe(() => changed.resolve(undefined));
    try {
      for (let afterSeq = 0; ;) {
        const page = await journal.read(toRunId(runId), { afterSeq, limit: PAGE });
        for (const entry of page) {
          yield entry;
          if (TERMINAL.has(entry.type)) return;
          afterSeq = entry.seq;
        }
        if (page.length === PAGE) continue;
        await changed.promise;
        changed = Promise.withResolvers();
      }
    } finally {
      watching.unsubscribe();
    }
  }

  override async cancel(runId: string): Promise<void> {
    try {
      await this.app.get(RunsService).cancel(DEFAULT_NAMESPACE, runId);
    } catch (error) {
      const hasEnded = error instanceof ProblemError && error.code === 'run-finished';
      if (!hasEnded) throw error;
    }
  }

  override async outcome(runId: string): Promise<RunOutcome> {
    const whole = await this.app.get(RunsService).get(DEFAULT_NAMESPACE, runId);
    const { result, error } = toRunDto(whole);
    return { status: whole.run.status, result: result ?? null, error: error ?? null };
  }

  override async artifacts(runId: string): Promise<RunArtifact[]> {
    return this.app.get(ArtifactRepository).list(toRunId(runId));
  }

  override async readArtifact(runId: string, name: string): Promise<Uint8Array> {
    const artifact = await this.app.get(ArtifactRepository).find(toRunId(runId), name);
    if (artifact === undefined) throw new CliError(`the run has no artifact ${name}`);
    return artifact.body;
  }

  override async close(): Promise<void> {
    await this.app.get(RunEngine).stop(0);
    await this.app.get(DatabaseClaim).release();
    await this.app.close();
  }

  private async createGraph(text: string): Promise<AcceptedVersion> {
    const fault = this.app.bodyFault(text);
    if (fault !== undefined) throw new GraphRefusedError('the graph cannot be accepted', [fault]);
    try {
      const body: unknown = JSON.parse(text);
      assertBodyObject(body);
      const created = Promise.withResolvers<AcceptedVersion>();
      await this.app.get(GraphsService).create(DEFAULT_NAMESPACE, body, UNGUARDED, (accepted) => {
        created.resolve(accepted);
        return { status: 201, body: {} };
      });
      return await created.promise;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      throw new GraphRefusedError(error.message, error.errors ?? []);
    }
  }

  /** The checks of `POST /runs`. @throws {CliError} */
  private checkRun(body: { readonly graph_id: string; readonly input?: Json; readonly labels: object }): void {
    const fault = this.app.bodyFault(JSON.stringify(body));
    if (fault !== undefined) throw new CliError(`the run cannot be accepted: ${fault.message}`);
    try {
      new ZodBodyPipe(startRunSchema, 'run-invalid').transform(body);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const faults = (error.errors ?? []).map(({ pointer, message }) => `${pointer ?? ''} ${message}`);
      throw new CliError(`the run cannot be accepted: ${error.message}`, { faults });
    }
  }
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Json,
  type JournalEntry,
  type JsonObject,
  type RunStatus,
  isJsonObject,
} from '../../executor/core/index.js';
import { jsonText } from '../text/json-text.js';
import { readEventStream } from './event-stream.js';
import { RetryWaits } from './retry-waits.js';
import {
  GraphRefusedError,
  type RunArtifact,
  RunClient,
  type RunOutcome,
  type RunRequest,
  type StartedRun,
} from './run-client.js';
import { type ApiOptions, RefusedError, UnreachableError, WandApi, readFaults } from './wand-api.js';
import { parseWireEntry } from './wire-entry.js';

/** What a retry of a run came to; of a dry run, what it would come to. */
export interface RetriedRun {
  /** Null for a dry run. */
  readonly runId: string | null;
  readonly reused: readonly string[];
  readonly rerun: readonly string[];
}

const TERMINAL = new Set(['run.succeeded', 'run.failed', 'run.cancelled']);

/** Runs on a server. */
export class HttpRunClient extends RunClient {
  private readonly api: WandApi;

  constructor(private readonly options: ApiOptions) {
    super();
    this.api = new WandApi(options);
  }

  override async start({ graphText, input, labels }: RunRequest): Promise<StartedRun> {
    const graph = await this.createGraph(graphText);
    const body = { graph_id: graph['graph_id'], version: graph['version'], input, labels };
    const run = await this.api.readObject(
      await this.api.sendAgain({
        method: 'POST',
        path: 'runs',
        body: JSON.stringify(body),
        headers: { 'Idempotency-Key': randomUUID() },
      }),
    );
    if (typeof run['run_id'] !== 'string') throw this.api.unlike();
    return { runId: run['run_id'], warnings: readFaults(graph['warnings']) };
  }

  /**
   * Retries a run that has ended; `body` is that of `POST /runs/{run_id}/retry`.
   *
   * @throws {CliError} if it is refused or there is no answer.
   */
  async retry(runId: string, body: JsonObject): Promise<RetriedRun> {
    const answer = await this.api.readObject(
      await this.api.sendAgain({
        method: 'POST',
        path: `runs/${encodeURIComponent(runId)}/retry`,
        body: JSON.stringify(body),
        headers: { 'Idempotency-Key': randomUUID() },
      }),
    );
    const { run_id: retried, reused, rerun } = answer;
    if (!Array.isArray(reused) || !Array.isArray(rerun)) throw this.api.unlike();
    if (typeof retried !== 'string' && retried !== null) throw this.api.unlike();
    return { runId: retried, reused: reused.map(jsonText), rerun: rerun.map(jsonText) };
  }

  /** The name of the graph that a run executes. */
  async graphName(runId: string): Promise<string> {
    const run = await this.api.readObject(await this.get(`runs/${encodeURIComponent(runId)}`));
    if (typeof run['graph_name'] !== 'string') throw this.api.unlike();
    return run['graph_name'];
  }

  override async *follow(runId: string, { onNote }: { onNote: (text: string) => void }): AsyncGenerator<JournalEntry> {
    const waits = new RetryWaits(this.options.retryBaseMs);
    const onRetry = (ms: number): void => waits.setBase(ms);
    let lastSeq = 0;
    for (;;) {
      try {
        const path = `runs/${encodeURIComponent(runId)}/stream`;
        for await (const { event, data } of readEventStream(this.api, { path, lastEventId: lastSeq, onRetry })) {
          if (event === 'stream.end') return;
          if (event?.startsWith('stream.') === true) continue;
          const entry = parseWireEntry(data);
          if (entry.seq <= lastSeq) continue;
          waits.reset();
          lastSeq = entry.seq;
          yield entry;
          if (TERMINAL.has(entry.type)) return;
        }
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        onNote(error.message);
      }
      const wait = waits.next();
      if (wait === undefined) {
        throw new UnreachableError(
          `${this.api.name} cannot be reached any more: the run ${runId} goes on without being watched`,
        );
      }
      await sleep(wait);
      onNote(`following the run again from event ${lastSeq}`);
    }
  }

  override async cancel(runId: string): Promise<void> {
    try {
      await this.api.sendAgain({ method: 'POST', path: `runs/${encodeURIComponent(runId)}/cancel` });
    } catch (error) {
      const hasEnded = error instanceof RefusedError && error.status === 409;
      if (!hasEnded) throw error;
    }
  }

  override async outcome(runId: string): Promise<RunOutcome> {
    const run = await this.api.readObject(await this.get(`runs/${encodeURIComponent(runId)}`));
    if (typeof run['status'] !== 'string') throw this.api.unlike();
    return { status: run['status'] as RunStatus, result: run['result'] ?? null, error: run['error'] ?? null };
  }

  override async artifacts(runId: string): Promise<RunArtifact[]> {
    const answer = await this.api.readJson(await this.get(`runs/${encodeURIComponent(runId)}/artifacts`));
    const items: Json | undefined = isJsonObject(answer) ? answer['items'] : answer;
    if (!Array.isArray(items)) throw this.api.unlike();
    return (items as readonly Json[]).filter(isJsonObject).map((item) => toArtifact(item));
  }

  override async readArtifact(runId: string, name: string): Promise<Uint8Array> {
    const response = await this.get(`runs/${encodeURIComponent(runId)}/artifacts/${encodeURIComponent(name)}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  override async close(): Promise<void> {
    // Connections are pooled by `fetch` and do not keep the process alive.
  }

  private async createGraph(graphText: string): Promise<JsonObject> {
    try {
      const headers = { 'Idempotency-Key': randomUUID() };
      const answer = await this.api.send({ method: 'POST', path: 'graphs', body: graphText, headers });
      return await this.api.readObject(answer);
    } catch (error) {
      const isGraphAtFault = error instanceof RefusedError && (error.status === 400 || error.status === 422);
      throw isGraphAtFault ? new GraphRefusedError(error.message, error.problems) : error;
    }
  }

  private get(path: string): Promise<Response> {
    return this.api.sendAgain({ method: 'GET', path });
  }
}

function toArtifact(item: JsonObject): RunArtifact {
  return { name: jsonText(item['name']), bytes: Number(item['bytes'] ?? 0) };
}

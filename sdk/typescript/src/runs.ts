import type { ApiCalls } from './api-calls.js';
import type { RunEvent } from './events.js';
import {
  cancelRun,
  deleteRun,
  explainRun,
  exportRunJournal,
  getArtifact,
  getNodeRun,
  getRun,
  listArtifacts,
  listRunLogs,
  listRuns,
  retryRun,
  startRun,
} from './generated/sdk.gen.js';
import type {
  Artifact,
  CancelledRun,
  ListRunLogsData,
  ListRunsData,
  LogEntry,
  NodeRun,
  RetriedRun,
  RetryRun,
  Run,
  RunExplanation,
  RunItem,
  StartRun,
  StartedRun,
} from './generated/types.gen.js';
import type { CallOptions, CreateOptions } from './options.js';
import { Paged } from './pages.js';
import {
  type RunStreamOptions,
  type StreamOptions,
  type WatchOptions,
  streamRunEvents,
  watchRunEvents,
} from './run-stream.js';

/** Beyond every `seq` that a run can have: nothing is replayed, and the stream says when the run has ended. */
const AFTER_ALL = 999_999_999_999;
/** What one page of a journal holds unless the caller says otherwise. */
const LOG_PAGE = 1_000;

/** Executions of graphs. */
export class Runs {
  readonly #calls: ApiCalls;

  constructor(calls: ApiCalls) {
    this.#calls = calls;
  }

  /** Starts a run; it is durable when this resolves. */
  async start(run: StartRun, options?: CreateOptions): Promise<StartedRun> {
    const { run_id, status } = (await startRun({ ...this.#calls.keyed(options), body: run })).data;
    return { run_id, status };
  }

  /** The run as it is now. */
  async get(runId: string, options?: CallOptions): Promise<Run> {
    return (await getRun({ ...this.#calls.repeatable(options), path: { run_id: runId } })).data;
  }

  /** The run once it has ended, however it did: look at its `status`. Bound it with a signal. */
  async wait(runId: string, options: StreamOptions = {}): Promise<Run> {
    const end = this.stream(runId, { ...options, afterSeq: AFTER_ALL })[Symbol.asyncIterator]();
    await end.next();
    return this.get(runId, options);
  }

  /** The newest first. */
  list(query?: Omit<NonNullable<ListRunsData['query']>, 'cursor'>, options?: CallOptions): Paged<RunItem> {
    return new Paged(
      async (cursor) => (await listRuns({ ...this.#calls.repeatable(options), query: { ...query, cursor } })).data,
    );
  }

  /** Asks for the end of a run; durable when this resolves, and may be asked again. */
  async cancel(runId: string, options?: CallOptions): Promise<CancelledRun> {
    return (await cancelRun({ ...this.#calls.repeatable(options), path: { run_id: runId } })).data;
  }

  /** A new run that takes over the successes of an ended one. */
  async retry(runId: string, changes: RetryRun = {}, options?: CreateOptions): Promise<RetriedRun> {
    return (await retryRun({ ...this.#calls.keyed(options), path: { run_id: runId }, body: changes })).data;
  }

  /** Removes an ended run with its journal and its files. An answer that is lost is reported: it may have worked. */
  async delete(runId: string, options?: CallOptions): Promise<void> {
    await deleteRun({ ...this.#calls.once(options), path: { run_id: runId } });
  }

  /** The journal up to now, page by page. */
  logs(runId: string, query: ListRunLogsData['query'] = {}, options?: CallOptions): Paged<LogEntry> {
    const { limit = LOG_PAGE, after_seq: first = 0, ...filter } = query;
    return new Paged(async (cursor) => {
      const settings = { ...this.#calls.repeatable(options), path: { run_id: runId } };
      const after_seq = cursor === undefined ? first : Number(cursor);
      const items = (await listRunLogs({ ...settings, query: { ...filter, limit, after_seq } })).data;
      const last = items.at(-1);
      return { items, next_cursor: last === undefined || items.length < limit ? null : String(last.seq) };
    });
  }

  /**
   * Every event of a run, from the first or after `afterSeq`, live until the run has ended: in order, none twice, none left
   * out. It resumes by itself, also over a restart of the service.
   */
  stream(runId: string, options: RunStreamOptions = {}): AsyncIterable<RunEvent> {
    const url = this.#calls.url(`/runs/${encodeURIComponent(runId)}/stream`);
    return streamRunEvents(this.#calls.transport, url, options);
  }

  /** Run-level events of all runs from now on. It connects again by itself and says when it may have missed some. */
  watchAll(options: WatchOptions = {}): AsyncIterable<RunEvent> {
    return watchRunEvents(this.#calls.transport, this.#calls.url('/events'), options);
  }

  /** One node run, with what went in and came out. */
  async node(runId: string, nodeId: string, options?: CallOptions): Promise<NodeRun> {
    const path = { run_id: runId, node_id: nodeId };
    return (await getNodeRun({ ...this.#calls.repeatable(options), path })).data;
  }

  /** Why nodes ran, wait or were skipped: one in detail, or all in a sentence. */
  async explain(runId: string, options: CallOptions & { readonly node?: string } = {}): Promise<RunExplanation> {
    const { node } = options;
    return (await explainRun({ ...this.#calls.repeatable(options), path: { run_id: runId }, query: { node } })).data;
  }

  /** The files that a run produced, by name. */
  async artifacts(runId: string, options?: CallOptions): Promise<Artifact[]> {
    return (await listArtifacts({ ...this.#calls.repeatable(options), path: { run_id: runId } })).data.items;
  }

  /** One of the files. */
  async artifact(runId: string, name: string, options?: CallOptions): Promise<Blob> {
    const path = { run_id: runId, name };
    return (await getArtifact({ ...this.#calls.repeatable(options), path, parseAs: 'blob' })).data;
  }

  /** The whole journal as a file that `wand replay` reads. */
  async journal(runId: string, options?: CallOptions): Promise<ReadableStream<Uint8Array>> {
    const settings = { ...this.#calls.repeatable(options), path: { run_id: runId }, parseAs: 'stream' as const };
    return (await exportRunJournal(settings)).data as unknown as ReadableStream<Uint8Array>;
  }
}

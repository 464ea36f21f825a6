import {
  type GraphPlan,
  type Json,
  type JournalEntry,
  type NodeRecord,
  type RunId,
  type RunState,
  decodeEntry,
  initialState,
  isTerminalRun,
  missingOutput,
  reduce,
  withOutput,
} from '../../../src/executor/core/index.js';
import {
  type Artifact,
  type JournalAppend,
  type NewRun,
  type RunFile,
  type StoredRun,
  DatabaseLostError,
  StaleWriterError,
} from '../../../src/storage/index.js';

interface Stored {
  row: StoredRun;
  /** As text, so that whatever JSON cannot carry is lost here as in a database. */
  readonly entries: string[];
  readonly files: Map<string, RunFile>;
  /** What the entries fold to. */
  readonly state: RunState;
}

/** What survives every crash: the rows of runs and their journals. Each call is one transaction. */
export class DurableStore {
  /** The process that may write; null for a store that fences nobody by its lease, only by `seq`. */
  private owner: string | null = null;
  private readonly stored = new Map<RunId, Stored>();

  constructor(private readonly plan: GraphPlan) {}

  get runIds(): readonly RunId[] {
    return [...this.stored.keys()];
  }

  fenceFor(owner: string): void {
    this.owner = owner;
  }

  create(owner: string, newRun: NewRun, entries: readonly JournalEntry[]): void {
    const { runId, retry: _retry, files = [], projection, ...run } = newRun;
    this.checkFence(owner);
    const row: StoredRun = {
      ...run,
      runId,
      status: 'PENDING',
      progress: 0,
      lastSeq: 0,
      epoch: 0,
      startedAt: null,
      finishedAt: null,
      resultJson: null,
      errorJson: null,
      nodesJson: null,
      retryOf: null,
      rootRunId: runId,
      ...projection,
    };
    const stored: Stored = { row, entries: [], files: new Map(), state: initialState(this.plan) };
    this.stored.set(runId, stored);
    this.add(stored, entries, files);
  }

  /** @throws {DatabaseLostError | StaleWriterError} and nothing is stored. */
  append(owner: string, { runId, expectedSeq, entries, files = [], run }: JournalAppend): void {
    this.checkFence(owner);
    const stored = this.stored.get(runId);
    if (stored === undefined || stored.row.lastSeq !== expectedSeq) throw new StaleWriterError(runId);
    stored.row = { ...stored.row, ...run };
    this.add(stored, entries, files);
  }

  find(runId: RunId): StoredRun | undefined {
    return this.stored.get(runId)?.row;
  }

  stateOf(runId: RunId): RunState | undefined {
    return this.stored.get(runId)?.state;
  }

  entries(runId: RunId, afterSeq = 0, limit = Infinity): JournalEntry[] {
    return this.rows(runId, afterSeq, limit).map((row) => JSON.parse(row) as JournalEntry);
  }

  rows(runId: RunId, afterSeq: number, limit: number): readonly string[] {
    return this.stored.get(runId)?.entries.slice(afterSeq, afterSeq + limit) ?? [];
  }

  /** With the outputs that are kept in files put back. */
  wholeEntries(runId: RunId): JournalEntry[] {
    const files = this.stored.get(runId)?.files ?? new Map<string, RunFile>();
    return this.entries(runId).map((entry) => wholeEntry(entry, files));
  }

  file(runId: RunId, name: string): Artifact | undefined {
    const file = this.stored.get(runId)?.files.get(name);
    return file === undefined ? undefined : { ...file, runId };
  }

  /** Files of a run that no entry refers to. */
  strayFiles(runId: RunId): string[] {
    const named = new Set(this.entries(runId).map((entry) => missingOutput(entry)?.artifact));
    return [...(this.stored.get(runId)?.files.keys() ?? [])].filter((name) => !named.has(name));
  }

  recordOf(runId: RunId, nodeId: string): NodeRecord | undefined {
    return this.stateOf(runId)?.nodes[this.plan.indexOf.get(nodeId) ?? -1];
  }

  unfinished(): RunId[] {
    return this.runIds.filter((runId) => !isTerminalRun(this.find(runId)?.status ?? 'SUCCESS')).sort();
  }

  private add(stored: Stored, entries: readonly JournalEntry[], files: readonly RunFile[]): void {
    for (const file of files) stored.files.set(file.name, file);
    for (const entry of entries) {
      const row = JSON.stringify(entry);
      stored.entries.push(row);
      reduce(this.plan, stored.state, decodeEntry(wholeEntry(JSON.parse(row) as JournalEntry, stored.files)));
    }
    stored.row = { ...stored.row, lastSeq: stored.entries.length };
  }

  private checkFence(owner: string): void {
    if (this.owner !== null && this.owner !== owner) throw new DatabaseLostError();
  }
}

/** The entry with its output, wherever that is kept. */
function wholeEntry(entry: JournalEntry, files: ReadonlyMap<string, RunFile>): JournalEntry {
  const ref = missingOutput(entry);
  if (ref === undefined) return entry;
  const text = Buffer.from(files.get(ref.artifact)?.body ?? []).toString();
  return withOutput(entry, JSON.parse(text) as Json);
}

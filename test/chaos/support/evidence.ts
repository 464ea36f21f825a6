import BetterSqlite3 from 'better-sqlite3';
import type { AgentCall } from './agent-server.js';
import type { HistoryLine } from './history.js';
import type { ExpectedEnd } from './mixed-graphs.js';

/** A row of `runs`. */
export interface RunRow {
  readonly run_id: string;
  readonly status: string;
  readonly progress: number;
  readonly last_seq: number;
  readonly epoch: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly finished_at: number | null;
}

/** A row of `run_events`. */
export interface EventRow {
  readonly run_id: string;
  readonly seq: number;
  /** Epoch in ms. */
  readonly ts: number;
  readonly type: string;
  readonly node_id: string | null;
  readonly attempt: number | null;
  readonly progress: number | null;
  readonly data: Readonly<Record<string, unknown>> | null;
}

/** A row of `artifacts`. */
export interface FileRow {
  readonly run_id: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly body: Buffer;
}

/** What `GET /runs/{run_id}` said after the end. */
export interface RunAnswer {
  readonly run_id: string;
  readonly status: string;
  readonly progress: number;
  readonly result: { readonly outputs: Readonly<Record<string, unknown>> } | null;
  readonly nodes: readonly { readonly id: string; readonly status: string }[];
}

/** All that the checker looks at. */
export interface Evidence {
  readonly history: readonly HistoryLine[];
  readonly calls: readonly AgentCall[];
  readonly runs: readonly RunRow[];
  /** In order of run and `seq`. */
  readonly events: readonly EventRow[];
  readonly files: readonly FileRow[];
  readonly answers: readonly RunAnswer[];
  /** How the run with this `case` label must end, where that is known. */
  readonly expected: ReadonlyMap<string, ExpectedEnd>;
}

/** Label of a run that says which of the driver's starts it comes from: unique in a history. */
export const CASE_LABEL = 'case';
/** Label that says in which round a run was started. */
export const ROUND_LABEL = 'round';

/** What of the evidence stands in the database. */
export type Rows = Pick<Evidence, 'runs' | 'events' | 'files'>;

/** What stands in the database of a service, read past it, deleted runs left out. `round` picks the runs of one round. */
export function readRows(file: string, round?: string): Rows {
  const database = new BetterSqlite3(file, { readonly: true });
  try {
    const ofRound = round === undefined ? '' : ` AND json_extract(labels, '$.${ROUND_LABEL}') = '${round}'`;
    const wanted = `deleted_at IS NULL${ofRound}`;
    const runs = database
      .prepare<[], RunRow & { labels: string }>(
        `SELECT run_id, status, progress, last_seq, epoch, labels, finished_at FROM runs WHERE ${wanted}`,
      )
      .all()
      .map((row) => ({ ...row, labels: JSON.parse(row.labels) as Record<string, string> }));
    const events = database
      .prepare<[], EventRow & { data: string | null }>(
        `SELECT run_id, seq, ts, type, node_id, attempt, progress, data FROM run_events
         WHERE run_id IN (SELECT run_id FROM runs WHERE ${wanted}) ORDER BY run_id, seq`,
      )
      .all()
      .map((row) => ({ ...row, data: row.data === null ? null : (JSON.parse(row.data) as Record<string, unknown>) }));
    const files = database
      .prepare<[], FileRow>(
        `SELECT run_id, name, bytes, sha256, body FROM artifacts
         WHERE run_id IN (SELECT run_id FROM runs WHERE ${wanted})`,
      )
      .all();
    return { runs, events, files };
  } finally {
    database.close();
  }
}

const TABLES_OF_RUNS = ['runs', 'run_events', 'run_labels', 'artifacts'] as const;

/** How many rows of a run are left, whether it was deleted or not. */
export function rowsLeft(file: string, runId: string): number {
  const database = new BetterSqlite3(file, { readonly: true });
  try {
    const counts = TABLES_OF_RUNS.map((table) => `(SELECT count(*) FROM ${table} WHERE run_id = @runId)`);
    return Number(
      database
        .prepare(`SELECT ${counts.join(' + ')}`)
        .pluck()
        .get({ runId }),
    );
  } finally {
    database.close();
  }
}

/** What SQLite says of the file as a whole: `ok`, or what is broken. */
export function integrityOf(file: string): string {
  const database = new BetterSqlite3(file, { readonly: true });
  try {
    return String(database.pragma('integrity_check', { simple: true }));
  } finally {
    database.close();
  }
}

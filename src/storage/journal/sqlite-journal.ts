import type { JournalEntry, RunId } from '../../executor/core/index.js';
import { ArtifactEntity } from '../entities/artifact.entity.js';
import { RunEventEntity } from '../entities/run-event.entity.js';
import { RunLabelEntity } from '../entities/run-label.entity.js';
import { RunEntity } from '../entities/run.entity.js';
import type { RunFile } from '../repositories/artifact.repository.js';
import type { IdempotencyGuard } from '../repositories/idempotency-guard.js';
import type { IdempotencyRecord } from '../repositories/idempotency.repository.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { RetriedRunGoneError, StaleWriterError } from '../storage.errors.js';
import type { GroupCommitWriter } from '../writer/group-commit-writer.js';
import {
  Journal,
  type JournalAppend,
  type JournalQuery,
  type NewRetry,
  type NewRun,
  type RunProgress,
  type RunProjection,
} from './journal.js';
import { bytesOf, newRunRow } from './new-run-row.js';
import { EVENT_PROPERTIES, type EventValues, levelWeight, sizeOf, toEntry, toEventValues } from './journal-rows.js';

type EventRow = Omit<RunEventEntity, 'runId'>;

const NO_FILES: readonly RunFile[] = [];

/** Keeps the journal in SQLite. All appends of a moment share one commit. */
export class SqliteJournal extends Journal {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly writer: GroupCommitWriter,
    private readonly guard: IdempotencyGuard,
  ) {
    super();
    this.sql = prepareStatements(database);
  }

  override async create(run: NewRun, entries: readonly JournalEntry[], guard?: IdempotencyRecord): Promise<void> {
    const events = toEventValues(run.runId, 0, entries);
    const row = newRunRow(run, entries);
    const { runId, namespace } = run;
    const labels = Object.entries(run.labels).map(([key, value]) => ({ namespace, key, value, runId }));
    const copies = run.retry?.artifacts.length ?? 0;
    const { files = NO_FILES } = run;
    await this.writer.submit({
      apply: () => {
        if (guard !== undefined) this.guard.take(guard);
        this.sql.insertRun.run(this.sql.runs.values(row));
        for (const label of labels) this.sql.insertLabel.run(this.sql.labels.values(label));
        this.insertEvents(events);
        if (run.retry !== undefined) this.copyArtifacts(run.runId, run.retry);
        this.insertFiles(run.runId, files);
      },
      rows: 1 + labels.length + events.length + copies + files.length,
      bytes: sizeOf(events) + bytesOf(files) + row.inputJson.length + row.labelsJson.length,
      isRefusable: true,
    });
  }

  override async append({ runId, expectedSeq, entries, files = NO_FILES, run }: JournalAppend): Promise<void> {
    const events = toEventValues(runId, expectedSeq, entries);
    const { statement, values, bytes } = this.runUpdate(run, expectedSeq + events.length);
    await this.writer.submit({
      apply: () => {
        const { changes } = statement.run(...values, runId, expectedSeq);
        if (changes === 0) throw new StaleWriterError(runId);
        this.insertEvents(events);
        this.insertFiles(runId, files);
      },
      rows: 1 + events.length + files.length,
      bytes: sizeOf(events) + bytesOf(files) + bytes,
      isRefusable: false,
    });
  }

  override read(runId: RunId, query: JournalQuery): Promise<JournalEntry[]> {
    const { afterSeq, limit, maxChars, minLevel = 'debug', nodeId } = query;
    const node = nodeId === undefined ? [] : [nodeId];
    const statement = nodeId === undefined ? this.sql.readAll : this.sql.readNode;
    const params = [runId, afterSeq, levelWeight(minLevel), ...node, limit];
    return this.database.read(() =>
      maxChars === undefined
        ? statement.all(...params).map(toEntry)
        : firstEntries(statement.iterate(...params), maxChars),
    );
  }

  private runUpdate(run: RunProjection | RunProgress, lastSeq: number) {
    if (!('status' in run)) return { statement: this.sql.moveRun, values: [run.progress, lastSeq], bytes: 0 };
    const { resultJson, nodesJson } = run;
    const bytes = (resultJson?.length ?? 0) + (nodesJson?.length ?? 0);
    return { statement: this.sql.updateRun, values: projectionValues(run, lastSeq), bytes };
  }

  private copyArtifacts(runId: RunId, { retryOf, artifacts }: NewRetry): void {
    for (const name of artifacts) {
      const { changes } = this.sql.copyArtifact.run(runId, retryOf, name);
      if (changes === 0) throw new RetriedRunGoneError(`run ${retryOf} has no artifact ${name} any more`);
    }
  }

  private insertFiles(runId: RunId, files: readonly RunFile[]): void {
    for (const file of files) this.sql.insertArtifact.run(this.sql.artifacts.values({ ...file, runId }));
  }

  private insertEvents(events: readonly EventValues[]): void {
    for (const event of events) this.sql.insertEvent.run(event);
  }
}

/** Up to the entry that fills `maxChars`: at least one, if there are any. */
function firstEntries(rows: Iterable<EventRow>, maxChars: number): JournalEntry[] {
  const entries: JournalEntry[] = [];
  let chars = 0;
  for (const row of rows) {
    entries.push(toEntry(row));
    chars += row.msg.length + (row.dataJson?.length ?? 0);
    if (chars >= maxChars) break;
  }
  return entries;
}

/** In the order of the update. */
function projectionValues(run: RunProjection, lastSeq: number): unknown[] {
  const { status, progress, epoch, startedAt, finishedAt, errorJson, resultJson, nodesJson } = run;
  return [status, progress, lastSeq, epoch, startedAt, finishedAt, errorJson, resultJson, nodesJson];
}

const ARTIFACT_CONTENT = ['name', 'nodeId', 'contentType', 'bytes', 'sha256', 'createdAt', 'body'] as const;

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const runs = database.table(RunEntity);
  const labels = database.table(RunLabelEntity);
  const events = database.table(RunEventEntity);
  const artifacts = database.table(ArtifactEntity);

  const insertRun = database.prepare(runs.insertion);
  const insertLabel = database.prepare(labels.insertion);
  // One row per statement: measured faster here than several rows in one, which SQLite gathers in a table of its own first.
  const insertEvent = database.prepare<[EventValues]>(events.insertionOf(EVENT_PROPERTIES));
  const updateRun = database.prepare(
    `UPDATE runs SET status = ?, progress = ?, last_seq = ?, epoch = ?, started_at = ?, finished_at = ?,
       error = ?, result = ?, nodes = ?
     WHERE run_id = ? AND last_seq = ?`,
  );
  const moveRun = database.prepare('UPDATE runs SET progress = ?, last_seq = ? WHERE run_id = ? AND last_seq = ?');

  const insertArtifact = database.prepare(artifacts.insertion);
  const copyArtifact = database.prepare(
    `INSERT INTO artifacts (${artifacts.names('runId', ...ARTIFACT_CONTENT)})
     SELECT ?, ${artifacts.names(...ARTIFACT_CONTENT)} FROM artifacts WHERE run_id = ? AND name = ?`,
  );

  const selectPage = (filter: string): string =>
    `SELECT ${events.selection} FROM run_events
     WHERE run_id = ? AND seq > ? AND lvl >= ? ${filter} ORDER BY seq LIMIT ?`;
  const readAll = database.prepare<(string | number)[], EventRow>(selectPage(''));
  const readNode = database.prepare<(string | number)[], EventRow>(selectPage('AND node_id = ?'));
  return {
    runs,
    labels,
    artifacts,
    insertRun,
    insertLabel,
    insertEvent,
    insertArtifact,
    copyArtifact,
    updateRun,
    moveRun,
    readAll,
    readNode,
  };
}

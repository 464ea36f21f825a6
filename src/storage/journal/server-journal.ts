import type { JournalEntry, RunId } from '../../executor/core/index.js';
import { EntityTable } from '../entity-table.js';
import { RunEventEntity } from '../entities/run-event.entity.js';
import type { Param } from '../param.js';
import type { RunFile } from '../repositories/artifact.repository.js';
import type { IdempotencyRecord } from '../repositories/idempotency.repository.js';
import type { ServerDatabase } from '../server/server-database.js';
import type { ServerCommitWriter } from '../writer/server-commit-writer.js';
import { EVENT_PROPERTIES, levelWeight, sizeOf, toEntry, toEventValues } from './journal-rows.js';
import {
  Journal,
  type JournalAppend,
  type JournalQuery,
  type NewRun,
  type RunProgress,
  type RunProjection,
} from './journal.js';
import { bytesOf, newRunRow } from './new-run-row.js';

type EventRow = Omit<RunEventEntity, 'runId'>;

const NO_FILES: readonly RunFile[] = [];
const READ_PROPERTIES = EVENT_PROPERTIES.filter((property) => property !== 'runId');
/** Rows that are asked for at once while their texts decide where the page ends. */
const PIECE_ROWS = 500;

/** Keeps the journal on a database server. All appends of a moment share one commit. */
export class ServerJournal extends Journal {
  private readonly selection = `SELECT ${new EntityTable(RunEventEntity).select(...READ_PROPERTIES)} FROM "run_events"`;

  constructor(
    private readonly database: ServerDatabase,
    private readonly writer: ServerCommitWriter,
  ) {
    super();
  }

  override async create(run: NewRun, entries: readonly JournalEntry[], guard?: IdempotencyRecord): Promise<void> {
    const { runId, retry, files = NO_FILES } = run;
    const events = toEventValues(runId, 0, entries);
    const row = newRunRow(run, entries);
    const labels = Object.entries(run.labels);
    const copies = retry?.artifacts.length ?? 0;
    await this.writer.submit({
      kind: 'create',
      runId,
      expectedSeq: 0,
      events,
      files,
      row,
      labels,
      retry,
      guard,
      rows: 1 + labels.length + events.length + copies + files.length,
      bytes: sizeOf(events) + bytesOf(files) + row.inputJson.length + row.labelsJson.length,
    });
  }

  override async append({ runId, expectedSeq, entries, files = NO_FILES, run }: JournalAppend): Promise<void> {
    const events = toEventValues(runId, expectedSeq, entries);
    await this.writer.submit({
      kind: 'append',
      runId,
      expectedSeq,
      events,
      files,
      run,
      rows: 1 + events.length + files.length,
      bytes: sizeOf(events) + bytesOf(files) + textOf(run),
    });
  }

  override async read(runId: RunId, query: JournalQuery): Promise<JournalEntry[]> {
    const { maxChars = Infinity, limit } = query;
    const entries: JournalEntry[] = [];
    let { afterSeq } = query;
    let chars = 0;
    for (;;) {
      const left = limit - entries.length;
      const wanted = maxChars === Infinity ? left : Math.min(left, PIECE_ROWS);
      const rows = await this.readPiece(runId, query, afterSeq, wanted);
      for (const row of rows) {
        entries.push(toEntry(row));
        afterSeq = row.seq;
        chars += row.msg.length + (row.dataJson?.length ?? 0);
        if (chars >= maxChars) return entries;
      }
      if (rows.length < wanted || entries.length === limit) return entries;
    }
  }

  private readPiece(runId: RunId, query: JournalQuery, afterSeq: number, limit: number): Promise<EventRow[]> {
    const { minLevel = 'debug', nodeId } = query;
    const isOfNode = nodeId === undefined ? '' : 'AND "node_id" = ?';
    const params: Param[] = [runId, afterSeq, levelWeight(minLevel), ...(nodeId === undefined ? [] : [nodeId]), limit];
    return this.database.read<EventRow>(
      `${this.selection} WHERE "run_id" = ? AND "seq" > ? AND "lvl" >= ? ${isOfNode} ORDER BY "seq" LIMIT ?`,
      params,
    );
  }
}

function textOf(run: RunProjection | RunProgress): number {
  return 'status' in run ? (run.resultJson?.length ?? 0) + (run.nodesJson?.length ?? 0) : 0;
}

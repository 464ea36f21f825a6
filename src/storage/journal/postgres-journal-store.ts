import { EntityTable } from '../entity-table.js';
import { IdempotencyKeyEntity } from '../entities/idempotency-key.entity.js';
import { RunEntity } from '../entities/run.entity.js';
import type { Param } from '../param.js';
import { ServerArtifactWriter } from '../repositories/server-artifact-writer.js';
import type { PostgresDatabase } from '../server/postgres/postgres-database.js';
import type { Statements } from '../server/server-database.js';
import { epochMs } from '../../executor/core/index.js';
import {
  type DatabaseLostError,
  IdempotencyConflictError,
  JournalUnavailableError,
  RetriedRunGoneError,
  StaleWriterError,
} from '../storage.errors.js';
import { type AppendUnit, type CreateUnit, type JournalUnit, lastSeqOf } from '../writer/journal-unit.js';
import { JournalStore, type Refusal, eventsOf } from './journal-store.js';
import { type FlushRow, type FlushShape, type ListName, flushSql, listsOf, widthOf } from './postgres-journal-sql.js';

type Values = readonly Param[];
/** Of a run that is not stored, for a reason that is not known any more. */
interface LostRow {
  readonly kind: 'lost';
  readonly value: string;
}
type Answer = FlushRow | LostRow;

/** A flush is one statement, or a transaction where it brings files. */
export class PostgresJournalStore extends JournalStore {
  private readonly runs = new EntityTable(RunEntity);
  private readonly keys = new EntityTable(IdempotencyKeyEntity);
  /** Statements by name: there are few shapes. */
  private readonly statements = new Map<string, string>();

  private readonly files: ServerArtifactWriter;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.files = new ServerArtifactWriter(database.dialect);
  }

  protected override async writeTogether(units: readonly JournalUnit[]): Promise<Refusal[]> {
    const answers = units.some(({ files }) => files.length > 0)
      ? await this.writeWithFiles(units)
      : await this.writeAtOnce(units);
    return this.refusals(units, answers);
  }

  private writeAtOnce(units: readonly JournalUnit[]): Promise<Answer[]> {
    const { name, sql, params } = this.statement(units, this.database.fenceOwner);
    return this.database.write<Answer>({ name, sql, params, reread: (tx) => this.reread(tx, units) });
  }

  private writeWithFiles(units: readonly JournalUnit[]): Promise<Answer[]> {
    let stored: JournalUnit[] = [];
    return this.database.transaction(
      async (tx) => {
        const { sql, params } = this.statement(units, undefined);
        const answers = await tx.query<FlushRow>(sql, params);
        const ids = new Set(answers.filter(({ kind }) => kind === 'stored').map(({ value }) => value));
        stored = units.filter(({ runId }) => ids.has(runId));
        for (const { runId, files } of stored) {
          for (const file of files) await this.files.insert(tx, { ...file, runId });
        }
        return answers;
      },
      // All of them are stored, or none.
      { isStored: async (tx) => stored[0] === undefined || this.isStored(tx, stored[0]) },
    );
  }

  private statement(units: readonly JournalUnit[], fenceOwner: string | undefined) {
    const appends = units.filter((unit) => unit.kind === 'append');
    const creates = units.filter((unit) => unit.kind === 'create');
    const lists: Record<ListName, readonly Values[]> = {
      appends: appends.map(appendValues),
      events: eventsOf(units),
      runs: creates.map(({ row }) => this.runs.values(row)),
      labels: creates.flatMap(({ row, labels }) =>
        labels.map(([key, value]) => [row.namespace, key, value, row.runId]),
      ),
      guards: creates.flatMap(({ runId, guard }) => (guard === undefined ? [] : [[...this.keys.values(guard), runId]])),
      copies: creates.flatMap(copyValues),
    };
    const shape: FlushShape = {
      hasAppends: appends.length > 0,
      hasRuns: creates.length > 0,
      hasLabels: lists.labels.length > 0,
      hasGuards: lists.guards.length > 0,
      hasCopies: lists.copies.length > 0,
      isFenced: fenceOwner !== undefined,
    };
    const arrays = listsOf(shape).flatMap((list) => columnsOf(lists[list], widthOf(list)));
    const params: readonly Param[] = fenceOwner === undefined ? arrays : [...arrays, fenceOwner];
    return { ...this.sqlOf(shape), params };
  }

  private sqlOf(shape: FlushShape): { readonly name: string; readonly sql: string } {
    const name = `wand_flush_${Object.values(shape).map(Number).join('')}`;
    const sql = this.statements.get(name) ?? flushSql(shape);
    this.statements.set(name, sql);
    return { name, sql };
  }

  private refusals(units: readonly JournalUnit[], answers: readonly Answer[]): Refusal[] {
    const of = (kind: Answer['kind']) =>
      new Set(answers.filter((answer) => answer.kind === kind).map(({ value }) => value));
    const [stored, gone, lost] = [of('stored'), of('gone'), of('lost')];
    const fenced = this.fenced(answers);
    return units.map((unit) => {
      if (stored.has(unit.runId)) return undefined;
      if (fenced !== undefined) return fenced;
      if (lost.has(unit.runId)) {
        return new JournalUnavailableError('the database is unavailable: its server was lost in the middle of a write');
      }
      if (unit.kind === 'append') return new StaleWriterError(unit.runId);
      if (gone.has(unit.runId)) return new RetriedRunGoneError(`run ${unit.retry?.retryOf} has lost a file meanwhile`);
      return new IdempotencyConflictError('the Idempotency-Key was used by another request meanwhile');
    });
  }

  private fenced(answers: readonly Answer[]): DatabaseLostError | undefined {
    const owner = this.database.fenceOwner;
    if (
      owner === undefined ||
      answers.some(({ kind, value }) => kind === 'lost' || kind === 'stored' || (kind === 'lease' && value === owner))
    ) {
      return undefined;
    }
    const lease = answers.find((answer): answer is FlushRow => answer.kind === 'lease');
    return this.database.loseLease(
      lease === undefined ? undefined : { owner: lease.value, expiresAt: epochMs(lease.expires_at ?? 0) },
    );
  }

  /** Which of them are stored; the others are not, whatever the statement would have said of them. */
  private async reread(tx: Statements, units: readonly JournalUnit[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const unit of units) {
      const isStored = await this.isStored(tx, unit);
      answers.push(
        isStored ? { kind: 'stored', value: unit.runId, expires_at: null } : { kind: 'lost', value: unit.runId },
      );
    }
    return answers;
  }
}

function appendValues(unit: AppendUnit): Values {
  const { runId, expectedSeq, run } = unit;
  const head = [runId, expectedSeq, lastSeqOf(unit), run.progress];
  if (!('status' in run)) return [...head, 0, null, null, null, null, null, null, null];
  const { status, epoch, startedAt, finishedAt, errorJson, resultJson, nodesJson } = run;
  return [...head, 1, status, epoch, startedAt, finishedAt, errorJson, resultJson, nodesJson];
}

function copyValues({ runId, retry }: CreateUnit): Values[] {
  return retry?.artifacts.map((name) => [runId, retry.retryOf, name]) ?? [];
}

/** An array for each column. */
function columnsOf(rows: readonly Values[], width: number): Param[] {
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column] as string | number | null));
}

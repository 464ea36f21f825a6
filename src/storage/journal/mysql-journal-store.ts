import { EntityTable } from '../entity-table.js';
import { ArtifactEntity } from '../entities/artifact.entity.js';
import { IdempotencyKeyEntity } from '../entities/idempotency-key.entity.js';
import { RunEventEntity } from '../entities/run-event.entity.js';
import { RunLabelEntity } from '../entities/run-label.entity.js';
import { RunEntity } from '../entities/run.entity.js';
import type { Param } from '../param.js';
import { idempotencyHorizon } from '../repositories/idempotency.repository.js';
import { ServerArtifactWriter } from '../repositories/server-artifact-writer.js';
import type { ServerDatabase, Statements } from '../server/server-database.js';
import { driverErrorOf } from '../server/driver-error.js';
import { OvertakenError } from '../server/server-failure.js';
import { IdempotencyConflictError, RetriedRunGoneError, StaleWriterError } from '../storage.errors.js';
import { type AppendUnit, type CreateUnit, type JournalUnit, lastSeqOf } from '../writer/journal-unit.js';
import { EVENT_PROPERTIES } from './journal-rows.js';
import { JournalStore, type Refusal, eventsOf } from './journal-store.js';

/** What one statement holds at most: the server refuses larger ones. */
const MAX_ROWS = 1_000;
const MAX_CHARS = 1_000_000;

const UPDATED = ['status', 'progress', 'epoch', 'started_at', 'finished_at', 'error', 'result', 'nodes'] as const;
const ARTIFACT_CONTENT = ['name', 'nodeId', 'contentType', 'bytes', 'sha256', 'createdAt', 'body'] as const;

/** MySQL and MariaDB: a flush is a transaction of a few statements, each for all units. */
export class MysqlJournalStore extends JournalStore {
  private readonly runs = new EntityTable(RunEntity);
  private readonly labels = new EntityTable(RunLabelEntity);
  private readonly keys = new EntityTable(IdempotencyKeyEntity);
  private readonly artifacts = new EntityTable(ArtifactEntity);
  private readonly eventInsertion = new EntityTable(RunEventEntity).insertionOf(EVENT_PROPERTIES);

  private readonly files: ServerArtifactWriter;

  constructor(private readonly database: ServerDatabase) {
    super();
    this.files = new ServerArtifactWriter(database.dialect);
  }

  protected override writeTogether(units: readonly JournalUnit[]): Promise<Refusal[]> {
    let stored: readonly JournalUnit[] = [];
    return this.database.transaction(
      async (tx) => {
        const appends = units.filter((unit) => unit.kind === 'append');
        const creates = units.filter((unit) => unit.kind === 'create');
        const refusals = new Map([...(await this.stale(tx, appends)), ...(await this.refused(tx, creates))]);
        stored = units.filter((unit) => !refusals.has(unit));
        await this.move(
          tx,
          appends.filter((unit) => !refusals.has(unit)),
        );
        await this.create(
          tx,
          creates.filter((unit) => !refusals.has(unit)),
        );
        await insertAll(tx, this.eventInsertion, eventsOf(stored));
        for (const { runId, files } of stored) {
          for (const file of files) await this.files.insert(tx, { ...file, runId });
        }
        return units.map((unit) => refusals.get(unit));
      },
      // All of them are stored, or none.
      { isStored: async (tx) => stored[0] === undefined || this.isStored(tx, stored[0]) },
    );
  }

  /** Appends to runs that have moved on; the others are locked. */
  private async stale(tx: Statements, appends: readonly AppendUnit[]): Promise<[JournalUnit, Error][]> {
    if (appends.length === 0) return [];
    const rows = await tx.query<{ readonly runId: string; readonly lastSeq: number }>(
      `SELECT "run_id" AS "runId", "last_seq" AS "lastSeq" FROM "runs" WHERE "run_id" IN (${marks(appends.length)})
       ORDER BY "run_id" FOR UPDATE`,
      appends.map(({ runId }) => runId),
    );
    const seqs = new Map(rows.map(({ runId, lastSeq }) => [runId, lastSeq]));
    return appends
      .filter(({ runId, expectedSeq }) => seqs.get(runId) !== expectedSeq)
      .map((unit) => [unit, new StaleWriterError(unit.runId)]);
  }

  /** Creations whose key is taken, or whose files are gone; the keys of the others are theirs. */
  private async refused(tx: Statements, creates: readonly CreateUnit[]): Promise<[JournalUnit, Error][]> {
    const refused: [JournalUnit, Error][] = [];
    const guarded: CreateUnit[] = [];
    for (const unit of creates) {
      if (await this.isGone(tx, unit)) {
        refused.push([unit, new RetriedRunGoneError(`run ${unit.retry?.retryOf} has lost a file meanwhile`)]);
      } else if (unit.guard !== undefined) guarded.push(unit);
    }
    const taken = await this.takenKeys(tx, guarded);
    for (const unit of guarded.filter(({ guard }) => guard !== undefined && taken.has(keyOf(guard)))) {
      refused.push([unit, new IdempotencyConflictError('the Idempotency-Key was used by another request meanwhile')]);
    }
    const free = guarded.flatMap(({ guard }) => (guard === undefined || taken.has(keyOf(guard)) ? [] : [guard]));
    try {
      await insertAll(
        tx,
        this.keys.insertion,
        free.map((record) => this.keys.values(record)),
      );
    } catch (error) {
      // Taken between the two statements: the next try finds it.
      throw isDuplicate(error) ? new OvertakenError() : error;
    }
    return refused;
  }

  private async isGone(tx: Statements, { retry }: CreateUnit): Promise<boolean> {
    if (retry === undefined || retry.artifacts.length === 0) return false;
    const rows = await tx.query(
      `SELECT "name" FROM "artifacts" WHERE "run_id" = ? AND "name" IN (${marks(retry.artifacts.length)})
       ${this.database.dialect.forShare}`,
      [retry.retryOf, ...retry.artifacts],
    );
    return rows.length < new Set(retry.artifacts).size;
  }

  /** Those of the keys that others hold; ones that have expired are deleted. */
  private async takenKeys(tx: Statements, units: readonly CreateUnit[]): Promise<Set<string>> {
    const records = units.flatMap(({ guard }) => guard ?? []);
    if (records.length === 0) return new Set();
    const isOne = records.map(() => '("scope" = ? AND "key" = ? AND "created_at" <= ?)').join(' OR ');
    const each = (valuesOf: (record: (typeof records)[number]) => Param[]): Param[] => records.flatMap(valuesOf);
    await tx.change(
      `DELETE FROM "idempotency_keys" WHERE ${isOne}`,
      each(({ scope, key, createdAt }) => [scope, key, idempotencyHorizon(createdAt)]),
    );
    const rows = await tx.query<{ readonly scope: string; readonly key: string }>(
      `SELECT "scope" AS "scope", "key" AS "key" FROM "idempotency_keys"
       WHERE ("scope", "key") IN (${records.map(() => '(?, ?)').join(', ')})`,
      each(({ scope, key }) => [scope, key]),
    );
    return new Set(rows.map(keyOf));
  }

  private async move(tx: Statements, appends: readonly AppendUnit[]): Promise<void> {
    const whole = appends.filter(({ run }) => 'status' in run);
    const rest = appends.filter(({ run }) => !('status' in run));
    await update(
      tx,
      ['progress', 'last_seq'],
      rest.map((unit) => [unit.runId, unit.run.progress, lastSeqOf(unit)]),
    );
    await update(tx, ['last_seq', ...UPDATED], whole.map(projectionValues));
  }

  private async create(tx: Statements, creates: readonly CreateUnit[]): Promise<void> {
    await insertAll(
      tx,
      this.runs.insertion,
      creates.map(({ row }) => this.runs.values(row)),
    );
    const labels = creates.flatMap(({ row: { namespace, runId }, labels }) =>
      labels.map(([key, value]) => this.labels.values({ namespace, key, value, runId })),
    );
    await insertAll(tx, this.labels.insertion, labels);
    for (const { runId, retry } of creates) {
      if (retry === undefined || retry.artifacts.length === 0) continue;
      const columns = this.artifacts.names(...ARTIFACT_CONTENT);
      await tx.change(
        `INSERT INTO "artifacts" ("run_id", ${columns}) SELECT ?, ${columns} FROM "artifacts"
         WHERE "run_id" = ? AND "name" IN (${marks(retry.artifacts.length)})`,
        [runId, retry.retryOf, ...retry.artifacts],
      );
    }
  }
}

function projectionValues(unit: AppendUnit): Param[] {
  const { runId, run } = unit;
  if (!('status' in run))
    throw new TypeError(`run ${runId}: an append that moves the progress alone has no projection`);
  const { status, progress, epoch, startedAt, finishedAt, errorJson, resultJson, nodesJson } = run;
  return [runId, lastSeqOf(unit), status, progress, epoch, startedAt, finishedAt, errorJson, resultJson, nodesJson];
}

/** Sets `columns` of the runs; a row is the id of one and the values. */
async function update(tx: Statements, columns: readonly string[], rows: readonly Param[][]): Promise<void> {
  for (const piece of pieces(rows)) {
    const first = `SELECT ? AS "run_id", ${columns.map((column) => `? AS "${column}"`).join(', ')}`;
    const next = ` UNION ALL SELECT ${marks(columns.length + 1)}`;
    await tx.change(
      `UPDATE "runs" JOIN (${first}${next.repeat(piece.length - 1)}) AS "news" ON "runs"."run_id" = "news"."run_id"
       SET ${columns.map((column) => `"runs"."${column}" = "news"."${column}"`).join(', ')}`,
      piece.flat(),
    );
  }
}

/** `insertion` is one of a single row. */
async function insertAll(tx: Statements, insertion: string, rows: readonly (readonly Param[])[]): Promise<void> {
  const values = insertion.slice(insertion.lastIndexOf('('));
  for (const piece of pieces(rows)) {
    const params = piece.flatMap<Param>((row) => row);
    await tx.change(insertion + `, ${values}`.repeat(piece.length - 1), params);
  }
}

function* pieces<Row extends readonly Param[]>(rows: readonly Row[]): Iterable<readonly Row[]> {
  let piece: Row[] = [];
  let chars = 0;
  for (const row of rows) {
    const size = row.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0);
    if (piece.length > 0 && (piece.length === MAX_ROWS || chars + size > MAX_CHARS)) {
      yield piece;
      piece = [];
      chars = 0;
    }
    piece.push(row);
    chars += size;
  }
  if (piece.length > 0) yield piece;
}

function keyOf({ scope, key }: { readonly scope: string; readonly key: string }): string {
  return JSON.stringify([scope, key]);
}

function marks(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ');
}

function isDuplicate(error: unknown): boolean {
  return driverErrorOf(error)?.code === 'ER_DUP_ENTRY';
}

import type { RunId } from '../../executor/core/index.js';
import type { DialectName } from '../database-url.js';
import type { Param } from '../param.js';
import type { ServerDatabase, Statements } from '../server/server-database.js';
import {
  type AttemptKey,
  type HeldPoolAttempt,
  PoolAttemptRepository,
  type PoolReport,
  type SeenPoolAttempt,
} from './pool-attempt.repository.js';

/** Now, on the clock of the server, in milliseconds since 1970. */
const NOW: Readonly<Record<DialectName, string>> = {
  postgres: 'CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)',
  mysql: "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000",
};
/** Rows or runs that one statement names. */
const CHUNK = 200;
const KEY = '"run_id" = ? AND "node_id" = ? AND "attempt" = ? AND "epoch" = ?';
const KEY_COLUMNS = 'a."run_id" AS "runId", a."node_id" AS "nodeId", a."attempt" AS "attempt", a."epoch" AS "epoch"';
/** Of a run that has not ended, under the epoch of its session. */
const WANTED =
  'r."run_id" = a."run_id" AND r."epoch" = a."epoch" AND r."status" NOT IN (\'SUCCESS\', \'FAILED\', \'CANCELLED\')';

export class ServerPoolAttemptRepository extends PoolAttemptRepository {
  private readonly now: string;

  constructor(private readonly database: ServerDatabase) {
    super();
    this.now = NOW[database.dialect.name];
  }

  override async add(attempts: readonly AttemptKey[]): Promise<void> {
    const columns = '("run_id", "node_id", "attempt", "epoch", "state", "reports", "must_stop")';
    for (const chunk of chunksOf(attempts)) {
      const rows = chunk.map(() => "(?, ?, ?, ?, 'waiting', 0, 0)").join(', ');
      const insertion = this.database.dialect.unlessExists(`INSERT INTO "pool_attempts" ${columns} VALUES ${rows}`);
      await this.change(insertion, chunk.flatMap(keyOf), () => Promise.resolve(false));
    }
  }

  override async ofRuns(runIds: readonly RunId[]): Promise<readonly SeenPoolAttempt[]> {
    const seen: SeenPoolAttempt[] = [];
    for (const chunk of chunksOf(runIds)) {
      const places = chunk.map(() => '?').join(', ');
      const rows = await this.database.read<SeenPoolAttempt>(
        `SELECT ${KEY_COLUMNS}, a."state" AS "state", a."reports" AS "reports",
          GREATEST(0, ${this.now} - COALESCE(a."heartbeat_at", ${this.now})) AS "silentMs"
          FROM "pool_attempts" a WHERE a."run_id" IN (${places})`,
        chunk,
      );
      seen.push(...rows);
    }
    return seen;
  }

  override reports(key: AttemptKey, after: number): Promise<readonly PoolReport[]> {
    const { runId, nodeId, attempt } = key;
    return this.database.read<PoolReport>(
      `SELECT "kind" AS "kind", "body" AS "body" FROM "pool_reports"
        WHERE "run_id" = ? AND "node_id" = ? AND "attempt" = ? AND "number" > ? ORDER BY "number"`,
      [runId, nodeId, attempt, after],
    );
  }

  override takeFromSilent(key: AttemptKey, silentMs: number): Promise<boolean> {
    return this.change(
      `UPDATE "pool_attempts" SET "state" = 'lost'
        WHERE ${KEY} AND "state" = 'running' AND "heartbeat_at" < ${this.now} - ?`,
      [...keyOf(key), silentMs],
      async (tx) => (await this.stateOf(tx, key))?.state === 'lost',
    );
  }

  override withdraw(key: AttemptKey): Promise<boolean> {
    return this.change(`DELETE FROM "pool_attempts" WHERE ${KEY} AND "state" = 'waiting'`, keyOf(key), () =>
      Promise.resolve(false),
    );
  }

  override async askToStop(key: AttemptKey): Promise<void> {
    await this.change(`UPDATE "pool_attempts" SET "must_stop" = 1 WHERE ${KEY}`, keyOf(key), () =>
      Promise.resolve(false),
    );
  }

  override async remove(keys: readonly AttemptKey[]): Promise<void> {
    for (const chunk of chunksOf(keys)) {
      await this.database.transaction(
        async (tx) => {
          for (const key of chunk) await tx.change(`DELETE FROM "pool_attempts" WHERE ${KEY}`, keyOf(key));
        },
        { isStored: () => Promise.resolve(false) },
      );
    }
  }

  override claim(key: AttemptKey, worker: string): Promise<boolean> {
    return this.change(
      `UPDATE "pool_attempts" SET "state" = 'running', "worker" = ?, "heartbeat_at" = ${this.now}
        WHERE ${KEY} AND "state" = 'waiting'`,
      [worker, ...keyOf(key)],
      async (tx) => (await this.stateOf(tx, key))?.worker === worker,
    );
  }

  override report(
    key: AttemptKey,
    worker: string,
    after: number,
    reports: readonly PoolReport[],
    isEnd: boolean,
  ): Promise<boolean> {
    const { runId, nodeId, attempt } = key;
    const last = after + reports.length;
    // Also when it is said again, because nobody could tell whether it was stored.
    const isStored = async (tx: Statements): Promise<boolean> => {
      const row = await this.stateOf(tx, key);
      return row?.worker === worker && row.reports === last && row.state === (isEnd ? 'ended' : 'running');
    };
    return this.database.transaction(
      async (tx) => {
        const changed = await tx.change(
          `UPDATE "pool_attempts" SET "state" = ?, "reports" = ?, "heartbeat_at" = ${this.now}
            WHERE ${KEY} AND "state" = 'running' AND "worker" = ? AND "reports" = ?`,
          [isEnd ? 'ended' : 'running', last, ...keyOf(key), worker, after],
        );
        if (changed === 0) return isStored(tx);
        for (const [index, { kind, body }] of reports.entries()) {
          await tx.change(
            `INSERT INTO "pool_reports" ("run_id", "node_id", "attempt", "number", "kind", "body")
              VALUES (?, ?, ?, ?, ?, ?)`,
            [runId, nodeId, attempt, after + index + 1, kind, body],
          );
        }
        return true;
      },
      { isStored },
    );
  }

  override async beat(worker: string): Promise<readonly HeldPoolAttempt[]> {
    // On its own: what holds these rows holds up whoever takes the attempts of a worker that stands still just then.
    await this.change(
      `UPDATE "pool_attempts" SET "heartbeat_at" = ${this.now} WHERE "worker" = ? AND "state" = 'running'`,
      [worker],
      () => Promise.resolve(false),
    );
    const held = await this.database.read<AttemptKey & { readonly mustStop: number }>(
      `SELECT ${KEY_COLUMNS}, a."must_stop" AS "mustStop" FROM "pool_attempts" a JOIN "runs" r ON ${WANTED}
        WHERE a."worker" = ? AND a."state" = 'running'`,
      [worker],
    );
    return held.map((attempt) => ({ ...attempt, mustStop: attempt.mustStop === 1 }));
  }

  override async sweep(): Promise<number> {
    const unwanted = await this.database.read<AttemptKey>(
      `SELECT ${KEY_COLUMNS} FROM "pool_attempts" a WHERE NOT EXISTS (SELECT 1 FROM "runs" r WHERE ${WANTED})`,
    );
    await this.remove(unwanted);
    return unwanted.length;
  }

  private async change(
    sql: string,
    params: readonly Param[],
    isStored: (tx: Statements) => Promise<boolean>,
  ): Promise<boolean> {
    return this.database.transaction(async (tx) => (await tx.change(sql, params)) > 0, { isStored });
  }

  private async stateOf(tx: Statements, key: AttemptKey) {
    const [row] = await tx.query<{ state: string; worker: string | null; reports: number }>(
      `SELECT "state" AS "state", "worker" AS "worker", "reports" AS "reports" FROM "pool_attempts" WHERE ${KEY}`,
      keyOf(key),
    );
    return row;
  }
}

function keyOf({ runId, nodeId, attempt, epoch }: AttemptKey): Param[] {
  return [runId, nodeId, attempt, epoch];
}

function chunksOf<Item>(items: readonly Item[]): Item[][] {
  const chunks: Item[][] = [];
  for (let from = 0; from < items.length; from += CHUNK) chunks.push(items.slice(from, from + CHUNK));
  return chunks;
}

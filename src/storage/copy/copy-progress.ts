import type { RawDatabase, RawStatements } from '../maintenance/raw-database.js';
import { MIGRATIONS_TABLE } from '../migrations/migrate.js';
import { COPY_MARKER } from '../migrations/schema-standing.js';
import type { RowKey } from './canonical-row.js';
import { CopyError } from './copy.errors.js';

/** In the target while a copy is under way; it is committed with the rows that it counts. */
export const PROGRESS_TABLE = 'copy_progress';
/** Its row that says, in place of a key, which database is copied. */
const ORIGIN = '';

export interface TableProgress {
  /** The last row that was copied; undefined before the first. */
  readonly lastKey: RowKey | undefined;
  readonly rows: number;
}

/** How far a copy has come, as the target itself keeps it. */
export class CopyProgress {
  private constructor(private readonly target: RawDatabase) {}

  /** The database that an unfinished copy in `target` came from; undefined if there is none. */
  static async originIn(target: RawDatabase): Promise<string | undefined> {
    if (!(await target.hasTable(PROGRESS_TABLE))) return undefined;
    const [row] = await target.query<{ readonly lastKey: string }>(
      `SELECT "last_key" AS "lastKey" FROM "${PROGRESS_TABLE}" WHERE "table_name" = ?`,
      [ORIGIN],
    );
    return row?.lastKey;
  }

  /** Begins a copy in an empty database, or takes up the one that it holds. From now on no service starts on it. */
  static async begin(target: RawDatabase, origin: string): Promise<CopyProgress> {
    const progress = new CopyProgress(target);
    const begun = await CopyProgress.originIn(target);
    if (begun !== undefined) return progress;
    const text = target.identity.kind === 'mysql' ? 'longtext' : 'text';
    await target.change(
      `CREATE TABLE IF NOT EXISTS "${PROGRESS_TABLE}" ("table_name" varchar(64) NOT NULL PRIMARY KEY, "last_key" ${text} NOT NULL, "row_count" bigint NOT NULL)`,
    );
    await target.transaction(async (tx) => {
      await tx.change(`INSERT INTO "${PROGRESS_TABLE}" ("table_name", "last_key", "row_count") VALUES (?, ?, 0)`, [
        ORIGIN,
        origin,
      ]);
      await tx.change(`INSERT INTO "${MIGRATIONS_TABLE}" ("timestamp", "name") VALUES (?, ?)`, [
        COPY_MARKER.timestamp,
        COPY_MARKER.name,
      ]);
    });
    return progress;
  }

  async of(table: string): Promise<TableProgress> {
    const [row] = await this.target.query<{ readonly lastKey: string; readonly rows: number }>(
      `SELECT "last_key" AS "lastKey", "row_count" AS "rows" FROM "${PROGRESS_TABLE}" WHERE "table_name" = ?`,
      [table],
    );
    return row === undefined
      ? { lastKey: undefined, rows: 0 }
      : { lastKey: JSON.parse(row.lastKey) as RowKey, rows: Number(row.rows) };
  }

  /** Call it in the transaction that stores the rows. @throws {CopyError} if another process has copied in between. */
  async advance(tx: RawStatements, table: string, before: TableProgress, after: TableProgress): Promise<void> {
    const values = [JSON.stringify(after.lastKey), after.rows, table];
    const found =
      before.lastKey === undefined
        ? await tx.change(
            `INSERT INTO "${PROGRESS_TABLE}" ("last_key", "row_count", "table_name") VALUES (?, ?, ?)`,
            values,
          )
        : await tx.change(
            `UPDATE "${PROGRESS_TABLE}" SET "last_key" = ?, "row_count" = ? WHERE "table_name" = ? AND "row_count" = ?`,
            [...values, before.rows],
          );
    if (found !== 1) throw new CopyError('--to: another process copies to the same database: let it end');
  }

  /** The target is a database like any other from now on. */
  static async finish(target: RawDatabase): Promise<void> {
    await target.change(`DELETE FROM "${MIGRATIONS_TABLE}" WHERE "name" = ?`, [COPY_MARKER.name]);
    await target.change(`DROP TABLE "${PROGRESS_TABLE}"`);
  }
}

import type { RawDatabase } from '../maintenance/raw-database.js';
import { type Row, type RowKey, keyOf } from './canonical-row.js';
import type { CopiedTable } from './copied-tables.js';
import { pageOf, sizesOf } from './page-sql.js';

export interface PageLimits {
  readonly rows: number;
  /** Of the wide columns together; a single row that is larger is a page of its own. */
  readonly bytes: number;
}

/** The next rows of a table in the order of its key; none when there are no more. */
export async function readPage(
  database: RawDatabase,
  table: CopiedTable,
  after: RowKey | undefined,
  limits: PageLimits,
): Promise<Row[]> {
  const { kind } = database.identity;
  const isNarrow = table.texts.length + table.blobs.length === 0;
  const rows = isNarrow ? limits.rows : await rowsThatFit(database, table, after, limits);
  if (rows === 0) return [];
  const { sql, params } = pageOf(kind, table, after, rows);
  return database.query<Row>(sql, params);
}

async function rowsThatFit(
  database: RawDatabase,
  table: CopiedTable,
  after: RowKey | undefined,
  limits: PageLimits,
): Promise<number> {
  const { sql, params } = sizesOf(database.identity.kind, table, after, limits.rows);
  const sizes = await database.query<{ readonly bytes: number | string }>(sql, params);
  let bytes = 0;
  const tooMany = sizes.findIndex((row) => (bytes += Number(row.bytes)) > limits.bytes);
  if (tooMany === -1) return sizes.length;
  return Math.max(1, tooMany);
}

/** A table from the first row to the last, page by page. */
export async function* readPages(
  database: RawDatabase,
  table: CopiedTable,
  limits: PageLimits,
): AsyncGenerator<readonly Row[]> {
  let after: RowKey | undefined;
  for (;;) {
    const page: readonly Row[] = await readPage(database, table, after, limits);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = keyOf(table, last);
  }
}

import type { RawDatabase, RawStatements } from '../maintenance/raw-database.js';
import type { Param } from '../param.js';
import { JournalUnavailableError } from '../storage.errors.js';
import { type Row, type RowKey, keyOf, keyText } from './canonical-row.js';
import type { CopiedTable } from './copied-tables.js';
import type { CopyProgress, TableProgress } from './copy-progress.js';
import { CopyError } from './copy.errors.js';
import type { HeldLease } from './held-lease.js';
import { insertionOf } from './page-sql.js';
import { type PageLimits, readPage } from './read-pages.js';

/** No driver takes more in one statement than this; PostgreSQL counts them in 16 bits. */
const MAX_PARAMS = 60_000;

export interface CopyTableRequest {
  readonly source: RawDatabase;
  readonly target: RawDatabase;
  readonly table: CopiedTable;
  readonly limits: PageLimits;
  readonly progress: CopyProgress;
  readonly targetLease: HeldLease;
  readonly asCopied: (row: Row) => Row;
  /** Called after each commit. */
  readonly onRows: (rows: number) => Promise<void>;
}

/** Copies the rows of a table that are not copied yet, page by page; each page is committed with how far it leads. */
export async function copyTable(request: CopyTableRequest): Promise<void> {
  const { source, table, progress, asCopied, onRows } = request;
  const limits = {
    ...request.limits,
    rows: Math.min(request.limits.rows, Math.floor(MAX_PARAMS / table.columns.length)),
  };
  let done = await progress.of(table.name);
  const read = async (after: RowKey | undefined): Promise<Row[]> =>
    (await readPage(source, table, after, limits)).map(asCopied);
  let page = await read(done.lastKey);
  for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
    const before = done;
    const after = { lastKey: keyOf(table, last), rows: before.rows + page.length };
    // The next page is read while this one is written.
    const [next] = await Promise.all([read(after.lastKey), store(request, page, before, after)]);
    await onRows(page.length);
    done = after;
    page = next;
  }
}

async function store(
  { target, table, progress, targetLease }: CopyTableRequest,
  page: readonly Row[],
  before: TableProgress,
  after: TableProgress,
): Promise<void> {
  const insert = (rows: readonly Row[]) =>
    target.transaction(async (tx) => {
      await insertRows(tx, target, table, rows);
      await targetLease.renew(tx);
      await progress.advance(tx, table.name, before, after);
    });
  try {
    await insert(page);
  } catch (error) {
    if (error instanceof CopyError || error instanceof JournalUnavailableError) throw error;
    throw await rowFault(target, table, page, error);
  }
}

async function insertRows(
  tx: RawStatements,
  { identity }: RawDatabase,
  table: CopiedTable,
  rows: readonly Row[],
): Promise<void> {
  // A statement costs a round trip to a server, and next to nothing within the process.
  if (identity.kind === 'sqlite') for (const row of rows) await tx.change(insertionOf(table, 1), valuesOf(table, row));
  else
    await tx.change(
      insertionOf(table, rows.length),
      rows.flatMap((row) => valuesOf(table, row)),
    );
}

/** Which of the rows the target refuses: they are tried one by one, and none is kept. */
async function rowFault(
  target: RawDatabase,
  table: CopiedTable,
  page: readonly Row[],
  error: unknown,
): Promise<CopyError> {
  let culprit: Row | undefined;
  const undo = new Error('nothing of this is kept');
  await target
    .transaction(async (tx) => {
      for (const row of page) {
        culprit = row;
        await tx.change(insertionOf(table, 1), valuesOf(table, row));
      }
      culprit = undefined;
      throw undo;
    })
    .catch(() => undefined);
  const where = culprit === undefined ? '' : ` with ${keyText(table, keyOf(table, culprit))}`;
  const reason = error instanceof Error ? error.message : String(error);
  return new CopyError(`--to: the database refuses a row of ${table.name}${where}: ${reason}`, { cause: error });
}

function valuesOf({ columns }: CopiedTable, row: Row): Param[] {
  return columns.map((column) => (row[column] ?? null) as Param);
}

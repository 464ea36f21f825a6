import type { RawDatabase } from '../maintenance/raw-database.js';
import { type Row, type RowKey, TableDigest, compareKeys, keyOf, rowDigest } from './canonical-row.js';
import type { CopiedTable } from './copied-tables.js';
import { type PageLimits, readPages } from './read-pages.js';

/** Rows, one after the other in the order of the key, that are not the same on both sides. */
export interface Difference {
  readonly kind: 'missing' | 'extra' | 'changed';
  readonly first: RowKey;
  readonly last: RowKey;
  readonly rows: number;
}

export interface SideDigest {
  readonly rows: number;
  /** Of all rows together; see `TableDigest`. */
  readonly sha256: string;
}

export interface TableVerification {
  readonly source: SideDigest;
  readonly target: SideDigest;
  /** The first of them. */
  readonly differences: readonly Difference[];
}

const MOST_DIFFERENCES = 100;

export interface VerifyRequest {
  readonly source: RawDatabase;
  readonly target: RawDatabase;
  readonly table: CopiedTable;
  readonly limits: PageLimits;
  /** What the copy makes of a row of the source. */
  readonly asCopied: (row: Row) => Row;
  /** Called after each page of the source, with its rows. */
  readonly onPage: (rows: number) => Promise<void>;
}

/** Reads a table on both sides, in the order of its key, and compares each row. A page of each side is held in memory. */
export async function verifyTable(request: VerifyRequest): Promise<TableVerification> {
  const { source, target, table, limits, asCopied, onPage } = request;
  const left = new Side(readPages(source, table, limits), table, asCopied, onPage);
  const right = new Side(readPages(target, table, limits), table, (row) => row);
  const differences = new Differences();
  while (await hasRows(left, right)) compare(left, right, differences);
  return { source: left.summary, target: right.summary, differences: differences.found };
}

/** Reads on where a side has no row at hand. */
async function hasRows(left: Side, right: Side): Promise<boolean> {
  await Promise.all([left.fill(), right.fill()]);
  return left.row !== undefined || right.row !== undefined;
}

/** Compares the rows at hand until one side has no more, which may be the end of it. */
function compare(left: Side, right: Side, differences: Differences): void {
  do {
    const { row: mine } = left;
    const { row: theirs } = right;
    const order = mine === undefined ? 1 : theirs === undefined ? -1 : compareKeys(mine.key, theirs.key);
    if (mine !== undefined && order < 0) {
      differences.add('missing', mine.key);
      left.next();
    } else if (theirs !== undefined && order > 0) {
      differences.add('extra', theirs.key);
      right.next();
    } else if (mine !== undefined && theirs !== undefined) {
      if (mine.digest.equals(theirs.digest)) differences.close();
      else differences.add('changed', mine.key);
      left.next();
      right.next();
    }
  } while (left.row !== undefined && right.row !== undefined);
}

interface DigestedRow {
  readonly key: RowKey;
  readonly digest: Buffer;
}

/** One side, a row at a time. */
class Side {
  /** The next row; undefined where the next page has to be read first, or there is none. */
  row: DigestedRow | undefined;
  private page: readonly Row[] = [];
  private index = 0;
  private rows = 0;
  private readonly digest = new TableDigest();

  constructor(
    private readonly pages: AsyncGenerator<readonly Row[]>,
    private readonly table: CopiedTable,
    private readonly asCopied: (row: Row) => Row,
    private readonly onPage: (rows: number) => Promise<void> = () => Promise.resolve(),
  ) {}

  async fill(): Promise<void> {
    if (this.row !== undefined) return;
    await this.onPage(this.page.length);
    const next = await this.pages.next();
    this.page = next.done === true ? [] : next.value;
    this.index = 0;
    this.next();
  }

  next(): void {
    const value = this.page[this.index];
    this.index += 1;
    if (value === undefined) {
      this.row = undefined;
      return;
    }
    const row = this.asCopied(value);
    this.row = { key: keyOf(this.table, row), digest: rowDigest(this.table, row) };
    this.rows += 1;
    this.digest.add(this.row.digest);
  }

  get summary(): SideDigest {
    return { rows: this.rows, sha256: this.digest.hex };
  }
}

/** Puts rows that follow each other together. */
class Differences {
  private readonly list: Difference[] = [];
  private isOpen = false;

  add(kind: Difference['kind'], key: RowKey): void {
    const current = this.list.at(-1);
    if (this.isOpen && current?.kind === kind) {
      this.list[this.list.length - 1] = { ...current, last: key, rows: current.rows + 1 };
      return;
    }
    // Beyond those that are shown, whether there is any is known from the first.
    if (this.list.length < MOST_DIFFERENCES) this.list.push({ kind, first: key, last: key, rows: 1 });
    this.isOpen = this.list.length < MOST_DIFFERENCES;
  }

  close(): void {
    this.isOpen = false;
  }

  get found(): readonly Difference[] {
    return this.list;
  }
}

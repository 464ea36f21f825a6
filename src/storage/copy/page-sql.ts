import type { RawIdentity } from '../maintenance/raw-database.js';
import type { Param } from '../param.js';
import type { RowKey } from './canonical-row.js';
import type { CopiedTable } from './copied-tables.js';

export interface Statement {
  readonly sql: string;
  readonly params: readonly Param[];
}

/** Up to `limit` rows in the order of the key, after one key if it is given. */
export function pageOf(
  kind: RawIdentity['kind'],
  table: CopiedTable,
  after: RowKey | undefined,
  limit: number,
): Statement {
  return select(kind, table, table.columns.map(quoted).join(', '), after, limit);
}

/** How large the wide columns of those rows are, as `bytes`. */
export function sizesOf(
  kind: RawIdentity['kind'],
  table: CopiedTable,
  after: RowKey | undefined,
  limit: number,
): Statement {
  return select(kind, table, `${bytesOf([...table.texts, ...table.blobs])} AS "bytes"`, after, limit);
}

/** The bytes in some columns of a row together. */
export function bytesOf(columns: readonly string[]): string {
  return ['0', ...columns.map((column) => `COALESCE(OCTET_LENGTH(${quoted(column)}), 0)`)].join(' + ');
}

/** Inserts `rows` rows at once, their values one after the other. */
export function insertionOf({ name, columns }: CopiedTable, rows: number): string {
  const values = `(${columns.map(() => '?').join(', ')})`;
  return `INSERT INTO ${quoted(name)} (${columns.map(quoted).join(', ')}) VALUES ${Array<string>(rows).fill(values).join(', ')}`;
}

function select(
  kind: RawIdentity['kind'],
  { name, key }: CopiedTable,
  selection: string,
  after: RowKey | undefined,
  limit: number,
): Statement {
  const where = after === undefined ? undefined : isAfter(kind, key, after);
  const condition = where === undefined ? '' : ` WHERE ${where.sql}`;
  return {
    sql: `SELECT ${selection} FROM ${quoted(name)}${condition} ORDER BY ${key.map(quoted).join(', ')} LIMIT ${limit}`,
    params: where?.params ?? [],
  };
}

function isAfter(kind: RawIdentity['kind'], key: readonly string[], after: RowKey): Statement {
  if (kind !== 'mysql') {
    return { sql: `(${key.map(quoted).join(', ')}) > (${key.map(() => '?').join(', ')})`, params: after };
  }
  // MySQL reads a whole index for a comparison of rows, but only the ranges of this.
  const terms = key.map((column, index) => {
    const equal = key.slice(0, index).map((name) => `${quoted(name)} = ?`);
    return `(${[...equal, `${quoted(column)} > ?`].join(' AND ')})`;
  });
  return { sql: `(${terms.join(' OR ')})`, params: key.flatMap((_, index) => after.slice(0, index + 1)) };
}

function quoted(name: string): string {
  return `"${name}"`;
}

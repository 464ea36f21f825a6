import { createHash } from 'node:crypto';
import type { CopiedTable } from './copied-tables.js';

/** What a driver may give for a column. */
export type Cell = string | number | bigint | Uint8Array | null;
export type Row = Readonly<Record<string, Cell>>;
/** The values of a primary key, in its order. */
export type RowKey = readonly (string | number)[];

/** SHA-256 of a row, the same whichever database the row was read from: each value with its kind and length, in the table's order. */
export function rowDigest({ columns }: CopiedTable, row: Row): Buffer {
  const hash = createHash('sha256');
  for (const column of columns) {
    const value = row[column] ?? null;
    if (value === null) hash.update('n;');
    else if (typeof value === 'string') hash.update(`t${Buffer.byteLength(value)};`).update(value);
    else if (typeof value === 'object') hash.update(`b${value.byteLength};`).update(value);
    else hash.update(`i${value};`);
  }
  return hash.digest();
}

/** The sum, by XOR, of the digests of a table's rows: it depends on the rows, which a key keeps apart, and not on their order. */
export class TableDigest {
  private readonly sum = Buffer.alloc(32);

  add(digest: Buffer): void {
    for (let index = 0; index < this.sum.length; index++)
      this.sum[index] = (this.sum[index] ?? 0) ^ (digest[index] ?? 0);
  }

  get hex(): string {
    return this.sum.toString('hex');
  }
}

export function keyOf({ key }: CopiedTable, row: Row): RowKey {
  return key.map((column) => {
    const value = row[column];
    if (typeof value === 'string' || typeof value === 'number') return value;
    throw new TypeError(`the key column ${column} holds neither text nor a number`);
  });
}

/** Orders keys as all three databases do: numbers by value, texts by their code points. */
export function compareKeys(a: RowKey, b: RowKey): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined || left === right) continue;
    if (typeof left === 'number' && typeof right === 'number') return left - right;
    return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
  }
  return 0;
}

/** `run_id r_1, seq 3` */
export function keyText({ key }: CopiedTable, values: RowKey): string {
  return key.map((column, index) => `${column} ${JSON.stringify(values[index])}`).join(', ');
}

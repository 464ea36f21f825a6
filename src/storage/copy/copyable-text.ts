import { type Row, keyOf, keyText } from './canonical-row.js';
import { CopyError } from './copy.errors.js';
import type { CopiedTable } from './copied-tables.js';

/** What text may hold in JSON and in SQLite, but not on every server: NUL, and halves of characters. */
const INVALID = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/**
 * Makes rows that every database takes. A text that PostgreSQL refuses stops the copy, or has what is wrong in it replaced by
 * U+FFFD where that was asked for. A key is never changed: what refers to it would lead nowhere.
 */
export class CopyableText {
  /** Values that were changed. */
  replaced = 0;

  constructor(private readonly replaces: boolean) {}

  /** @throws {CopyError} naming the row. */
  row(table: CopiedTable, row: Row): Row {
    const faulty = table.columns.filter((column) => isInvalid(row[column]));
    if (faulty.length === 0) return row;
    const changed = { ...row };
    for (const column of faulty) {
      this.checkReplaceable(table, row, column);
      changed[column] = String(row[column]).replace(INVALID, '\uFFFD');
      this.replaced += 1;
    }
    return changed;
  }

  private checkReplaceable(table: CopiedTable, row: Row, column: string): void {
    const where = `${table.name} with ${keyText(table, keyOf(table, row))}: ${column} holds NUL or half of a character`;
    if (table.key.includes(column)) {
      throw new CopyError(`--from: ${where}, and is part of a key, which cannot be replaced: remove that row there`);
    }
    if (!this.replaces) {
      throw new CopyError(
        `--from: ${where}, which not every database takes: --replace-invalid-text copies it with U+FFFD in its place`,
      );
    }
  }
}

function isInvalid(value: unknown): boolean {
  return typeof value === 'string' && (value.includes('\0') || !value.isWellFormed());
}

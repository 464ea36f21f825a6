/** One page of a list. */
export interface Page<T> {
  readonly items: T[];
  /** Ask for the next page with it; null on the last one. */
  readonly next_cursor: string | null;
}

/**
 * The page of at most `limit` items out of `rows`, which were asked for with `limit + 1`: the row too many tells that
 * there is a next page.
 */
export function toPage<Row extends object>(rows: readonly Row[], limit: number, idOf: (row: Row) => string): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { items, next_cursor: hasMore ? encodeCursor(idOf(last)) : null };
}

/** The cursor that stands for "after the item with this id"; opaque to clients. */
export function encodeCursor(id: string): string {
  return Buffer.from(id, 'utf8').toString('base64url');
}

/** The id in a cursor; undefined if `cursor` is none of ours. */
export function decodeCursor(cursor: string, id: RegExp): string | undefined {
  const decoded = Buffer.from(cursor, 'base64url').toString('utf8');
  return id.test(decoded) && encodeCursor(decoded) === cursor ? decoded : undefined;
}

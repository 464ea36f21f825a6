import type { DialectName } from '../database-url.js';

/** Where the SQL of the servers differs. Names are quoted with `"` and parameters are `?` for both. */
export interface Dialect {
  readonly name: DialectName;
  /** Stands behind a table that is to be read by one of its indexes, `PRIMARY` for its key, where the server might do worse. */
  readonly by: (index: string) => string;
  /**
   * The rows that stand behind one with the values `after` in an index on two columns, from which the server reads no others.
   */
  readonly behind: (
    columns: readonly [string, string],
    after: readonly [string, string],
  ) => { readonly sql: string; readonly params: readonly string[] };
  /** The text under a key of the JSON object in a column. */
  readonly jsonText: (column: string, key: string) => string;
  /** The statement as the driver takes it. */
  readonly toDriver: (sql: string) => string;
  /** The end of an insertion that updates `columns` of the row with the same `keys` if there is one. */
  readonly onConflictUpdate: (keys: readonly string[], columns: readonly string[]) => string;
  /** The insertion as one that passes over rows whose keys exist: they are not counted as changed. */
  readonly unlessExists: (insertion: string) => string;
  /** The end of a selection whose rows nobody changes until the transaction ends. */
  readonly forShare: string;
}

export const POSTGRES: Dialect = {
  name: 'postgres',
  by: () => '',
  behind: ([first, second], after) => ({ sql: `(${first}, ${second}) > (?, ?)`, params: after }),
  jsonText: (column, key) => `${column}::json ->> '${key}'`,
  toDriver: numbered,
  onConflictUpdate: (keys, columns) =>
    `ON CONFLICT (${list(keys)}) DO UPDATE SET ${columns.map((column) => `"${column}" = excluded."${column}"`).join(', ')}`,
  unlessExists: (insertion) => `${insertion} ON CONFLICT DO NOTHING`,
  forShare: 'FOR SHARE',
};

export const MYSQL: Dialect = {
  name: 'mysql',
  by: (index) => ` FORCE INDEX (${index})`,
  // A comparison of rows is not turned into a range of the index.
  behind: ([first, second], [one, two]) => ({
    sql: `(${first} > ? OR (${first} = ? AND ${second} > ?))`,
    params: [one, one, two],
  }),
  jsonText: (column, key) => `JSON_UNQUOTE(JSON_EXTRACT(${column}, '$.${key}'))`,
  toDriver: (sql) => sql,
  onConflictUpdate: (_keys, columns) =>
    `ON DUPLICATE KEY UPDATE ${columns.map((column) => `"${column}" = VALUES("${column}")`).join(', ')}`,
  unlessExists: (insertion) => insertion.replace(/^INSERT/, 'INSERT IGNORE'),
  forShare: 'LOCK IN SHARE MODE',
};

/** Statements that were turned already: there are few, and each runs often. */
const known = new Map<string, string>();
const MAX_KNOWN = 1_000;

/** `$1`, `$2`, … for each `?`. No statement of ours has one within a text. */
function numbered(sql: string): string {
  const before = known.get(sql);
  if (before !== undefined) return before;
  let count = 0;
  const after = sql.replace(/\?/g, () => `$${(count += 1)}`);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(sql, after);
  return after;
}

function list(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ');
}

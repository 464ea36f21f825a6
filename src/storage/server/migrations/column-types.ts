import type { QueryRunner } from 'typeorm';

/** How the columns of a server are declared. Texts sort and compare by their code points, as they do in SQLite. */
export interface ColumnTypes {
  readonly varchar: (length: number) => string;
  /** Of any length. */
  readonly text: string;
  readonly blob: string;
  readonly int: string;
  readonly bigint: string;
  /** Stands behind the last bracket of a table. */
  readonly tableOptions: string;
}

const POSTGRES: ColumnTypes = {
  varchar: (length) => `varchar(${length}) COLLATE "C"`,
  text: 'text COLLATE "C"',
  blob: 'bytea',
  int: 'integer',
  bigint: 'bigint',
  tableOptions: '',
};

/** `collation` must not pad: 'a' and 'a ' are two keys. */
const mysqlTypes = (collation: string): ColumnTypes => ({
  varchar: (length) => `varchar(${length})`,
  text: 'longtext',
  blob: 'longblob',
  int: 'int',
  bigint: 'bigint',
  tableOptions: ` ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE ${collation}`,
});

export async function columnTypes(runner: QueryRunner): Promise<ColumnTypes> {
  if (runner.dataSource.options.type === 'postgres') return POSTGRES;
  const [row] = (await runner.query('SELECT VERSION() AS version')) as readonly { readonly version: string }[];
  return mysqlTypes(/mariadb/i.test(row?.version ?? '') ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin');
}

/** The statement as the server takes it: `"` stands around names. */
export function quotedFor(runner: QueryRunner, sql: string): string {
  return runner.dataSource.options.type === 'postgres' ? sql : sql.replaceAll('"', '`');
}

import type { DataSource } from 'typeorm';

/** Any number will do, as long as it is always the same. */
const LOCK_KEY = 1_795_700_000;
const LOCK_NAME = 'wand_migrations';
/** What GET_LOCK takes for "as long as it takes", nearly. */
const LOCK_SECONDS = 3_600;

/** Runs `work` while no other process of any host does so on this database. The server frees the lock of one that dies. */
export async function withMigrationLock<Result>(dataSource: DataSource, work: () => Promise<Result>): Promise<Result> {
  const runner = dataSource.createQueryRunner();
  const isPostgres = dataSource.options.type === 'postgres';
  try {
    await runner.connect();
    if (isPostgres) await runner.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    else await runner.query('SELECT GET_LOCK(CONCAT(DATABASE(), ?), ?)', [`.${LOCK_NAME}`, LOCK_SECONDS]);
    try {
      return await work();
    } finally {
      if (isPostgres) await runner.query('SELECT pg_advisory_unlock($1)', [LOCK_KEY]);
      else await runner.query('SELECT RELEASE_LOCK(CONCAT(DATABASE(), ?))', [`.${LOCK_NAME}`]);
    }
  } finally {
    await runner.release();
  }
}

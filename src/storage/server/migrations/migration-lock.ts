import type { DataSource, QueryRunner } from 'typeorm';
import { JournalUnavailableError } from '../../storage.errors.js';

/** Any number will do, as long as it is always the same. */
const LOCK_KEY = 1_795_700_000;
/** One for each database of the server; a hash, as a lock's name has 64 characters. SHA2, as MySQL 9.6 and later have no MD5. */
const LOCK_NAME = "CONCAT('wand_migrations.', LEFT(SHA2(DATABASE(), 256), 48))";
/** What GET_LOCK takes for "as long as it takes", nearly. */
const LOCK_SECONDS = 3_600;

/**
 * Runs `work` while no other process of any host does so on this database, on the connection that holds the lock. The server
 * frees the lock of one that dies.
 *
 * @throws {JournalUnavailableError} if another process holds the lock for an hour.
 */
export async function withMigrationLock<Result>(
  dataSource: DataSource,
  work: (runner: QueryRunner) => Promise<Result>,
): Promise<Result> {
  const runner = dataSource.createQueryRunner();
  const isPostgres = dataSource.options.type === 'postgres';
  try {
    await runner.connect();
    await lock(runner, isPostgres);
    const result = await work(runner);
    await unlock(runner, isPostgres);
    return result;
  } catch (error) {
    // On a connection that is gone there is no lock to free.
    await unlock(runner, isPostgres).catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}

async function lock(runner: QueryRunner, isPostgres: boolean): Promise<void> {
  if (isPostgres) {
    await runner.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    return;
  }
  const [row] = (await runner.query(`SELECT GET_LOCK(${LOCK_NAME}, ?) AS locked`, [LOCK_SECONDS])) as readonly {
    readonly locked: number | null;
  }[];
  if (Number(row?.locked) !== 1) {
    throw new JournalUnavailableError('the database is unavailable: another process holds the lock of its migrations');
  }
}

async function unlock(runner: QueryRunner, isPostgres: boolean): Promise<void> {
  if (isPostgres) await runner.query('SELECT pg_advisory_unlock($1)', [LOCK_KEY]);
  else await runner.query(`SELECT RELEASE_LOCK(${LOCK_NAME})`);
}

import { createPool } from 'mysql2/promise';
import type { Pool } from 'mysql2/promise';
import { MysqlConnection } from '../../src/storage/server/mysql/mysql-connection.js';
import { idleLimitOf, limitOfConnections, limitOfTransactions } from '../../src/storage/server/mysql/idle-limit.js';
import { failureOf } from '../../src/storage/server/server-failure.js';
import { type ServerTestDatabase, createMariadbDatabase } from '../support/server-databases.js';
import { describeWith, MARIADB_URL } from '../support/services.js';

const OPTIONS = { timeoutMs: 20_000, idleTransactionSec: 1 };

describe('The limit of transactions that idle', () => {
  it('is one of transactions on MariaDB, and of connections on MySQL', () => {
    expect(idleLimitOf('11.4.2-MariaDB-deb12', 5)).toEqual(limitOfTransactions(5));
    expect(idleLimitOf('5.5.5-10.11.6-MariaDB', 5)).toEqual(limitOfTransactions(5));
    expect(idleLimitOf('8.4.0', 5)).toEqual(limitOfConnections(5));
  });
});

// MariaDB knows the limit of connections as MySQL does: what is done on MySQL is tested on it.
describeWith('MariaDB', MARIADB_URL, 'The limit of connections', () => {
  let place: ServerTestDatabase;
  let pool: Pool;
  const open = (): Promise<MysqlConnection> =>
    MysqlConnection.open(pool, { ...OPTIONS, idleLimitOf: (_version, seconds) => limitOfConnections(seconds) });
  const limitOf = async (connection: MysqlConnection): Promise<number | undefined> =>
    (await connection.query<{ readonly seconds: number }>('SELECT @@SESSION.wait_timeout AS "seconds"'))[0]?.seconds;

  beforeAll(async () => {
    place = await createMariadbDatabase();
    pool = createPool({ uri: place.url, connectionLimit: 1 });
  });
  afterAll(async () => {
    await pool.end();
    await place.drop();
  });

  it('ends a transaction in which nothing is said, and frees what it has locked', async () => {
    const other = createPool({ uri: place.url, connectionLimit: 1 });
    await other.query('CREATE TABLE held (id int NOT NULL PRIMARY KEY, n int NOT NULL)');
    await other.query('INSERT INTO held (id, n) VALUES (1, 0)');
    const holder = await open();
    await holder.begin();
    await holder.change('UPDATE held SET n = n + 1 WHERE id = 1');
    await other.query('UPDATE held SET n = n + 100 WHERE id = 1');
    const failure = await holder.commit().catch((error: unknown) => failureOf(error));
    expect(failure).toMatchObject({ kind: 'broken' });
    holder.destroy();
    expect((await other.query('SELECT n FROM held'))[0]).toEqual([{ n: 100 }]);
    await other.end();
  });

  it('is none of a connection that rests in the pool', async () => {
    const first = await open();
    const usual = await limitOf(first);
    await first.begin();
    expect(await limitOf(first)).toBe(1);
    await first.commit();
    first.release();
    const next = await open();
    expect(await limitOf(next)).toBe(usual);
    next.release();
  });

  it('does not outlive a transaction that was rolled back', async () => {
    const first = await open();
    const usual = await limitOf(first);
    await first.begin();
    await first.rollBack();
    first.release();
    const next = await open();
    expect(await limitOf(next)).toBe(usual);
    next.release();
  });
});

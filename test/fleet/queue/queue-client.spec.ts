import pg from 'pg';
import { QueueClient } from '../../../src/executor/engines/bullmq/queue/queue-client.js';
import { IDLE_TRANSACTION_SEC } from '../../../src/storage/index.js';
import { describeWith, POSTGRES_URL } from '../../support/services.js';

const LOCK = 1_795_700_001;
const SLACK_MS = 2_500;

describeWith('PostgreSQL', POSTGRES_URL, 'A connection of the queue to PostgreSQL', () => {
  it('loses a transaction in which it says nothing, and what that has locked', async () => {
    const pool = new pg.Pool({ connectionString: POSTGRES_URL, Client: QueueClient, max: 1 });
    const other = new pg.Client({ connectionString: POSTGRES_URL });
    await other.connect();
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const since = performance.now();
    await other.query('SELECT pg_advisory_lock($1)', [LOCK]);
    expect(performance.now() - since).toBeLessThan(IDLE_TRANSACTION_SEC * 1_000 + SLACK_MS);
    await expect(client.query('COMMIT')).rejects.toThrow();
    client.release(true);
    await pool.query('SELECT 1');
    await Promise.all([pool.end(), other.end()]);
  });
});

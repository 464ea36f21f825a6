import pg from 'pg';
import { IDLE_TRANSACTION_SEC } from '../../../../storage/index.js';

const LIMIT_IDLE_TRANSACTIONS = `SET idle_in_transaction_session_timeout = '${IDLE_TRANSACTION_SEC}s'`;

/**
 * A connection of the queue to PostgreSQL.
 *
 * Its errors are heard from the beginning: BullMQ listens a moment after it has been made, and not at all to one that it has
 * borrowed from its pool. A server that ends it right then would end the process. Whoever uses it next is told.
 *
 * The server ends a transaction of it in which nothing is said, as it does those of the database: most of BullMQ's are one
 * statement, but the upgrade of its schema is not, and holds a lock that every other process waits for.
 */
export class QueueClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<pg.Client> | undefined {
    const connected = super.connect().then(async () => {
      try {
        await this.query(LIMIT_IDLE_TRANSACTIONS);
        return this;
      } catch (error) {
        this.end().catch(() => undefined);
        throw error;
      }
    });
    if (callback === undefined) return connected;
    const succeed = callback as () => void;
    connected.then(() => succeed(), callback);
    return undefined;
  }
}

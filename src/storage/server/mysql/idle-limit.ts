/** What a server is told so that it ends a transaction in which nothing is said for too long. */
export interface IdleLimit {
  /** Once on each connection. */
  readonly session: readonly string[];
  /** Before each transaction. */
  readonly begin: readonly string[];
  /** When the connection is at rest again. */
  readonly end: readonly string[];
}

/** @param version What the server says of itself. */
export function idleLimitOf(version: string, seconds: number): IdleLimit {
  return /mariadb/i.test(version) ? limitOfTransactions(seconds) : limitOfConnections(seconds);
}

/** MariaDB counts in transactions alone. */
export function limitOfTransactions(seconds: number): IdleLimit {
  return { session: [`SET SESSION idle_transaction_timeout = ${seconds}`], begin: [], end: [] };
}

/**
 * MySQL knows no such limit but that of a connection: it is set for as long as there is a transaction. A connection of the pool
 * is silent for longer, and stays. That costs a round trip for each transaction.
 */
export function limitOfConnections(seconds: number): IdleLimit {
  return {
    session: [],
    begin: [`SET SESSION wait_timeout = ${seconds}`],
    end: ['SET SESSION wait_timeout = DEFAULT'],
  };
}

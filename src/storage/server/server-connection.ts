import type { Statements } from './server-database.js';

/** One connection of the pool, in the hands of whoever opened it until it is released or destroyed. */
export interface ServerConnection extends Statements {
  begin(): Promise<void>;
  commit(): Promise<void>;
  /** Never rejects: a connection that cannot even do that is destroyed. */
  rollBack(): Promise<void>;
  /** Gives it back to the pool. */
  release(): void;
  /** For one that is of no more use; the pool opens another. */
  destroy(): void;
  /** Has the server end this connection, and waits until it has: what it wrote is stored from then on, or never will be. */
  end(by: Statements): Promise<void>;
}

/** The pool. */
export interface ServerConnections {
  /** @throws what the driver says if none can be had in time. */
  open(): Promise<ServerConnection>;
}

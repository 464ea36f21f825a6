import { UnsettledWriteError } from '../storage.errors.js';
import type { Param } from '../param.js';
import type { Statements } from './server-database.js';
import { isAway } from './server-failure.js';

const ASK_EVERY_MS = 100;

export interface Settlement<Result> {
  /** Why it has to be asked. */
  readonly cause: unknown;
  readonly timeoutMs: number;
  readonly read: () => Promise<Result>;
}

/** For `TransactionOptions.isStored`: whether there is such a row. */
export function findsRow(sql: string, params: readonly Param[]): (tx: Statements) => Promise<boolean> {
  return async (tx) => (await tx.query(sql, params)).length > 0;
}

/** What `read` finds, asked until the server answers. @throws {UnsettledWriteError} if it has not answered in time. */
export async function settled<Result>({ cause, timeoutMs, read }: Settlement<Result>): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!isAway(error)) throw error;
      if (performance.now() + ASK_EVERY_MS > deadline) throw new UnsettledWriteError(cause);
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

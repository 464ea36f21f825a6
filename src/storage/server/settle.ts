import { UnsettledWriteError } from '../storage.errors.js';
import { isAway } from './server-failure.js';

const ASK_EVERY_MS = 100;

export interface Settlement<Result> {
  /** Why it has to be asked. */
  readonly cause: unknown;
  readonly timeoutMs: number;
  readonly read: () => Promise<Result>;
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

import type { EventBus } from '../events/index.js';
import { type RunId, type RunStatus, isTerminalRun } from '../executor/core/index.js';
import { isTerminalEntry } from './stream/terminal-entry.js';

export interface AwaitEndParts {
  readonly runId: RunId;
  readonly bus: EventBus;
  readonly findStatus: () => Promise<RunStatus>;
  readonly seconds: number;
  /** Fires when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** Resolves when the run has ended, after `seconds`, or when `signal` fires; then it watches no more. */
export async function awaitEnd({ runId, bus, findStatus, seconds, signal }: AwaitEndParts): Promise<void> {
  const waiting = Promise.withResolvers<void>();
  const stop = (): void => waiting.resolve();
  // Watching begins before the status is read, so that the end cannot fall between the two.
  const watching = bus.run$(runId).subscribe(({ entries }) => {
    if (entries.some(isTerminalEntry)) stop();
  });
  const timer = setTimeout(stop, seconds * 1_000);
  signal.addEventListener('abort', stop);
  try {
    if (!isTerminalRun(await findStatus()) && !signal.aborted) await waiting.promise;
  } finally {
    watching.unsubscribe();
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

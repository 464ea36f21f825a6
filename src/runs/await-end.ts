import { filter, fromEvent, merge, timer } from 'rxjs';
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
  const ended$ = bus.run$(runId).pipe(filter(({ entries }) => entries.some(isTerminalEntry)));
  const waiting = Promise.withResolvers<void>();
  // Watching begins before the status is read, so that the end cannot fall between the two.
  const watching = merge(ended$, timer(seconds * 1_000), fromEvent(signal, 'abort')).subscribe(() => waiting.resolve());
  try {
    if (!isTerminalRun(await findStatus()) && !signal.aborted) await waiting.promise;
  } finally {
    watching.unsubscribe();
  }
}

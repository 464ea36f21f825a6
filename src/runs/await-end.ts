import type { EventBus } from '../events/index.js';
import { type RunId, type RunStatus, isTerminalRun } from '../executor/core/index.js';
import { isTerminalEntry } from './stream/terminal-entry.js';

export interface EndWatchParts {
  readonly runId: RunId;
  readonly bus: EventBus;
  readonly seconds: number;
  /** Fires when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** Watches for the end of a run. */
export class EndWatch {
  /** Resolves when the run has ended since, after so many seconds, or when the signal fires. */
  readonly isOver: Promise<void>;
  /** Watches no more; can be repeated. */
  readonly close: () => void;

  constructor({ runId, bus, seconds, signal }: EndWatchParts) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = (): void => resolve();
    const watching = bus.run$(runId).subscribe(({ entries }) => {
      if (entries.some(isTerminalEntry)) stop();
    });
    const timer = setTimeout(stop, seconds * 1_000);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    this.isOver = promise;
    this.close = () => {
      watching.unsubscribe();
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
  }
}

/** Resolves when the run, which may have ended before, has ended, and otherwise as an `EndWatch` does. */
export async function awaitEnd(
  parts: EndWatchParts & { readonly findStatus: () => Promise<RunStatus> },
): Promise<void> {
  // Watching begins before the status is read, so that the end cannot fall between the two.
  const watch = new EndWatch(parts);
  try {
    if (!isTerminalRun(await parts.findStatus())) await watch.isOver;
  } finally {
    watch.close();
  }
}

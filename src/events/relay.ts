import type { Observable } from 'rxjs';
import type { Namespace, RunId } from '../executor/core/index.js';

/** The run has entries from `firstSeq`, or from before it, up to `lastSeq`. */
export interface EntriesHint {
  readonly kind: 'entries';
  readonly runId: RunId;
  readonly namespace: Namespace;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Whether one of them is about the run as a whole: `run.…`. */
  readonly isRunLevel: boolean;
}

/**
 * Something to look at in the database, told to the other processes. It carries no data: whoever hears it reads what it
 * names, so that one that is lost or comes twice changes nothing but the time.
 */
export type Hint =
  | EntriesHint
  /** Somebody asks the run to stop. */
  | { readonly kind: 'cancel'; readonly runId: RunId }
  /** An attempt that runs in another process has something to tell the session of its run, or the other way round. */
  | { readonly kind: 'attempt'; readonly runId: RunId; readonly nodeId: string; readonly attempt: number }
  /** What the database has of an API key has changed. */
  | { readonly kind: 'key'; readonly keyId: string };

/** What a relay has done since the process began. */
export interface RelayStats {
  /** Hints that were given to the transport. */
  readonly sent: number;
  readonly received: number;
  /** Hints that were never sent, because the transport was away or too slow. */
  readonly dropped: number;
  readonly gaps: number;
}

/** Port: carries hints between the processes of a fleet. */
export abstract class Relay {
  /** Tells every other process, never this one. It does not wait and does not fail: a hint may be lost. */
  abstract publish(hint: Hint): void;

  /** What other processes tell, from the moment of subscribing. A few hints about a run may have become one. */
  abstract readonly hints$: Observable<Hint>;

  /**
   * Emits when hints may have been lost, and once a second while none can be heard: look at everything that is watched.
   * What was lost was told less than `LOSS_WINDOW_MS` before, unless a gap was told then.
   */
  abstract readonly gaps$: Observable<void>;

  abstract readonly stats: RelayStats;

  /** Begins to listen; until then nothing is heard. Does not wait for the transport. */
  abstract start(): void;

  /** Sends what waits, if it can at once, and lets go of the transport. */
  abstract stop(): Promise<void>;
}

/** How long it may take at most until a loss is noticed. */
export const LOSS_WINDOW_MS = 30_000;

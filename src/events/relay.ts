import type { Observable } from 'rxjs';
import type { Namespace, RunId } from '../executor/core/index.js';

/**
 * Something to look at in the database, told to the other processes. It carries no data: whoever hears it reads what it
 * names, so that one that is lost or comes twice changes nothing but the time.
 */
export type Hint =
  /** The run has entries up to `lastSeq`. */
  | { readonly kind: 'entries'; readonly runId: RunId; readonly namespace: Namespace; readonly lastSeq: number }
  /** Somebody asks the run to stop. */
  | { readonly kind: 'cancel'; readonly runId: RunId }
  /** An attempt that runs in another process has something to tell the session of its run, or the other way round. */
  | { readonly kind: 'attempt'; readonly runId: RunId; readonly nodeId: string; readonly attempt: number };

/** Port: carries hints between the processes of a fleet. */
export abstract class Relay {
  /** Tells every other process, never this one. It does not wait and does not fail: a hint may be lost. */
  abstract publish(hint: Hint): void;

  /** What other processes tell, from the moment of subscribing. */
  abstract readonly hints$: Observable<Hint>;

  /** Emits when hints may have been lost, after a broken connection say: look at everything that is watched. */
  abstract readonly gaps$: Observable<void>;
}

import { EMPTY, type Observable, Subject, filter, map, merge } from 'rxjs';
import type { Relay } from '../../../../events/index.js';
import type { AttemptKey } from '../../../../storage/index.js';

/** What hints name of an attempt. */
export type SignalledAttempt = Pick<AttemptKey, 'runId' | 'nodeId' | 'attempt'>;

/** Tells sessions and workers, in this process and in others, that there is something new of an attempt. It may be lost. */
export class AttemptSignals {
  private readonly own = new Subject<SignalledAttempt>();
  readonly signals$: Observable<SignalledAttempt>;
  /** Emits when signals may have been lost. */
  readonly gaps$: Observable<void>;

  constructor(private readonly relay: Relay | undefined) {
    const others = relay?.hints$.pipe(
      map((hint) => (hint.kind === 'attempt' ? hint : undefined)),
      filter((hint) => hint !== undefined),
    );
    this.signals$ = others === undefined ? this.own : merge(this.own, others);
    this.gaps$ = relay?.gaps$ ?? EMPTY;
  }

  tell({ runId, nodeId, attempt }: SignalledAttempt): void {
    this.own.next({ runId, nodeId, attempt });
    this.relay?.publish({ kind: 'attempt', runId, nodeId, attempt });
  }
}

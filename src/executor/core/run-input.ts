import type { EpochMs } from './ids.js';
import type { Json, JsonObject } from './json.js';
import type { OutputRef } from './output-ref.js';
import type { InterruptionCause } from './run-event.js';
import type { Level } from './statuses.js';

/** Why an attempt failed, as the invoker saw it. */
export interface AttemptFailure {
  readonly type: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: JsonObject;
  /** A server's wish, in milliseconds from now. */
  readonly retryAfterMs?: number;
}

/** Who is charged with the end of the session before: all whose attempts were in flight, some of them, or nobody. */
export type Blame =
  | { readonly kind: 'all' }
  /** Suspected nodes of this run: the others were bystanders. None if the suspects are in other runs. */
  | { readonly kind: 'suspects'; readonly nodeIds: ReadonlySet<string> }
  /** The process did not die. */
  | { readonly kind: 'nobody' };

/** How a session takes a run over. */
export interface Takeover {
  /** Everybody in flight is charged when left out. */
  readonly blame: Blame;
  /** Suspects wait for `admit` before each attempt. */
  readonly holdsSuspects: boolean;
}

interface Input<Type extends string> {
  readonly type: Type;
  readonly now: EpochMs;
}

interface AttemptInput<Type extends string> extends Input<Type> {
  readonly nodeId: string;
  readonly attempt: number;
}

/** Something that happened outside the core; `decide` says what follows from it. */
export type RunInput =
  /** A session took the run: the first begins it, a later one recovers it. */
  | (Input<'taken'> & Partial<Takeover>)
  /** A suspect that was held may make its next attempt. */
  | (Input<'admit'> & { readonly nodeId: string })
  /** A deadline may have passed. */
  | Input<'tick'>
  | Input<'cancel'>
  /** The process is about to stop: nothing more is to start here. */
  | Input<'drain'>
  /** The process stops: attempts in flight end here and run again elsewhere. */
  | Input<'shutdown'>
  | (AttemptInput<'attempt_succeeded'> & {
      readonly output: Json;
      /** Where the output is kept if the journal is only to refer to it. */
      readonly ref?: OutputRef;
    })
  | (AttemptInput<'attempt_failed'> & {
      readonly failure: AttemptFailure;
      /** Uniform in [0, 1): the jitter of the wait that may follow. */
      readonly random: number;
    })
  /** The process that made the attempt, which is not that of the session, died, stopped or let it go. */
  | (AttemptInput<'attempt_interrupted'> & { readonly cause: InterruptionCause })
  /** The attempt only waits, and may be made to wait without its session: another goes on with it. */
  | (AttemptInput<'attempt_suspended'> & { readonly until: EpochMs })
  | (AttemptInput<'attempt_logged'> & {
      readonly level: Level;
      readonly message: string;
      readonly data?: JsonObject;
    })
  | (AttemptInput<'attempt_progressed'> & { readonly percent: number; readonly message?: string });

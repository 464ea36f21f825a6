import type {
  AttemptFailure,
  EpochMs,
  InterruptionCause,
  JsonObject,
  Level,
  RunId,
  UpstreamOutcome,
} from '../core/index.js';
import type { AttemptKey } from '../../storage/index.js';
import type { AgentOutput } from './agent-output.js';

/** Everything that one attempt needs to run, wherever it runs. */
export interface Invocation {
  readonly runId: RunId;
  readonly nodeId: string;
  readonly agentType: string;
  readonly attempt: number;
  readonly firstStartedAt: EpochMs;
  /** How far the clock of the run, which `firstStartedAt` is on, is ahead of that of the process. */
  readonly clockAheadMs: number;
  readonly idempotencyKey: string;
  readonly params: JsonObject;
  readonly input: JsonObject;
  /** Only for `settled` nodes. */
  readonly upstream?: Readonly<Record<string, UpstreamOutcome>>;
  /** Bound on the attempt, in seconds; null for none. */
  readonly timeoutSec: number | null;
  /** Bound on its silence, in seconds; absent for none. */
  readonly idleTimeoutSec?: number;
}

/** Hears of an attempt. Exactly one of `succeeded` and `failed` is called, once, and nothing after it. */
export interface AttemptListener {
  logged(level: Level, message: string, data?: JsonObject): void;
  progressed(percent: number, message?: string): void;
  /** It only waits until then, on the clock of the run. */
  suspended(until: EpochMs): void;
  succeeded(output: AgentOutput): void;
  failed(failure: AttemptFailure): void;
}

/** Hears of an attempt that another process makes; `interrupted` is a third way for it to end. */
export interface RemoteAttemptListener extends AttemptListener {
  interrupted(cause: InterruptionCause): void;
}

/** An attempt under way. */
export interface AttemptHandle {
  /** Fires the attempt's signal. The listener still hears how it ended. */
  abort(): void;
  /** Fires the signal and stops listening: nothing is heard of the attempt any more. */
  abandon(): void;
}

/** Port: runs one attempt of an agent. How (inline, in a thread, in a process) is the adapter's matter. */
export abstract class AgentInvoker {
  abstract invoke(invocation: Invocation, listener: AttemptListener): AttemptHandle;
}

/** Port: has attempts made by the workers of pools, which work out for themselves what an attempt gets. */
export abstract class RemoteAttempts {
  /**
   * The pool by whose workers an attempt of a node is to be made; undefined if that is for the process of its session.
   *
   * @param nodePool What the node says; undefined if nothing.
   * @param runPool What its run says.
   */
  abstract poolFor(nodePool: string | undefined, runPool: string | undefined): string | undefined;

  /** Call it once the start of the attempt is durable. */
  abstract start(key: AttemptKey, pool: string, listener: RemoteAttemptListener): AttemptHandle;
}

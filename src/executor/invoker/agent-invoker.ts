import type { AttemptFailure, EpochMs, JsonObject, Level, RunId, UpstreamOutcome } from '../core/index.js';
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

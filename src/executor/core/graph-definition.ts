import type { JsonObject, Json } from './json.js';

export type Join = 'all' | 'any' | 'settled';
export type EdgeOn = 'success' | 'failure' | 'done';
export type Jitter = 'equal' | 'full' | 'none';
export type OnFailure = 'finish' | 'stop' | 'cancel';
export type OnInterrupt = 'retry' | 'fail';
/** Whether a retry of the run may take its success over. */
export type Reuse = 'auto' | 'never';

/** The pool of runs and workers that name none. */
export const DEFAULT_POOL = 'default';

/** The reserved edge source that stands for the run's input. */
export const INPUT_SOURCE = '$input';

export const CONDITION_OPERATORS = ['==', '!=', '>', '>=', '<', '<=', 'contains', 'in', 'exists', 'matches'] as const;
export type ConditionOperator = (typeof CONDITION_OPERATORS)[number];

/** The object form of `cond`. */
export type ConditionSpec =
  | { readonly var: string; readonly op: ConditionOperator; readonly value?: Json }
  | { readonly all: readonly ConditionSpec[] }
  | { readonly any: readonly ConditionSpec[] }
  | { readonly not: ConditionSpec };

/** What a node may say about its own retries; each left-out field falls back to the run's settings. */
export interface RetryOverride {
  readonly max?: number;
  readonly baseSec?: number;
  readonly factor?: number;
  readonly maxDelaySec?: number;
  readonly jitter?: Jitter;
  /** Bounds all attempts and the waits between them, from the first start. */
  readonly totalSec?: number;
  /** CEL over `error.{type,status,message,attempt}`: retry only while it holds. */
  readonly on?: string;
}

export interface NodeDefinition {
  readonly id: string;
  readonly type: string;
  readonly label?: string;
  readonly params: JsonObject;
  readonly timeoutSec?: number;
  readonly idleTimeoutSec?: number;
  readonly retries?: number;
  readonly retry: RetryOverride;
  readonly optional: boolean;
  readonly join: Join;
  readonly onInterrupt: OnInterrupt;
  readonly alwaysOnCancel: boolean;
  readonly reuse: Reuse;
  /** Which workers make its attempts; those of the run's pool when left out. */
  readonly pool?: string;
}

export interface EdgeDefinition {
  readonly from: string;
  readonly to: string;
  /** Input key of the target → dotted path in the source's output, in the order written. */
  readonly map: readonly (readonly [key: string, path: string])[];
  readonly on: EdgeOn;
  readonly cond?: string | ConditionSpec;
  readonly group?: string;
  readonly else: boolean;
}

/** A graph as the engine sees it: one immutable version, defaults filled in. */
export interface GraphDefinition {
  readonly name: string;
  readonly nodes: readonly NodeDefinition[];
  readonly edges: readonly EdgeDefinition[];
  /** Absent: every node that succeeded counts as a sink. */
  readonly sinks?: readonly string[];
}

/** What a run was started with, complete: read from the journal, so that a resumed run never depends on the environment. */
export interface RunSettings {
  readonly concurrency: number;
  readonly defaultTimeoutSec: number;
  readonly maxRetries: number;
  readonly timeoutSec?: number;
  readonly expireIfNotStartedSec?: number;
  /** From 0 to 9, the most urgent; 4 when left out. */
  readonly priority?: number;
  readonly onFailure: OnFailure;
  readonly strictConditions: boolean;
  readonly requireSink: boolean;
  readonly retryBaseSec: number;
  readonly retryFactor: number;
  readonly retryMaxDelaySec: number;
  readonly retryJitter: Jitter;
  readonly retryAfterMaxSec: number;
  readonly cancelGraceSec: number;
  readonly maxInterruptions: number;
  /** Which workers take the run; those of `DEFAULT_POOL` when left out. */
  readonly pool?: string;
}

import { type BackoffPlace, retryWait } from './backoff.js';
import type { PlanNode } from './compile.js';
import type { NodeError } from './errors.js';
import type { RunSettings } from './graph-definition.js';
import type { EpochMs } from './ids.js';
import type { AttemptFailure } from './run-input.js';
import type { NodeRecord } from './run-state.js';

/** What follows a failed attempt. */
export type RetryOutcome =
  | { readonly kind: 'retry'; readonly error: NodeError; readonly waitMs: number }
  | { readonly kind: 'fail'; readonly error: NodeError };

export interface FailedAttempt {
  readonly node: PlanNode;
  readonly record: NodeRecord;
  readonly settings: RunSettings;
  readonly failure: AttemptFailure;
  readonly now: EpochMs;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/** Decides whether a failed attempt is tried again, and after how long. */
export function retryOutcome({ node, record, settings, failure, now, random }: FailedAttempt): RetryOutcome {
  const { type, message, retryable, details } = failure;
  const error: NodeError = { type, message, retryable, attempts: record.attempts, details };
  const { retry, retries } = node.definition;
  const used = usedAttempts(record);
  const allowed = retries ?? retry.max ?? settings.maxRetries;
  if (!retryable || used > allowed || !isWanted(node, error, used)) return { kind: 'fail', error };
  const wait = retryWait({
    ...backoffPlace(node, record, settings),
    random,
    retryAfterMs: failure.retryAfterMs,
    retryAfterMaxMs: settings.retryAfterMaxSec * 1_000,
  });
  if (wait.kind === 'rate_limited') {
    const limit = `asked to wait ${Math.ceil(wait.retryAfterMs / 1_000)} s, more than the ${settings.retryAfterMaxSec} s allowed`;
    return {
      kind: 'fail',
      error: { ...error, type: 'rate_limited', message: `${limit}: ${message}`, retryable: false },
    };
  }
  const totalEnd = totalDeadline(node, record);
  if (totalEnd !== undefined && now + wait.waitMs >= totalEnd) {
    return { kind: 'fail', error: totalTimeout(node, record, error) };
  }
  return { kind: 'retry', error, waitMs: wait.waitMs };
}

/** Where the node is in its backoff once its current attempt has failed. */
export function backoffPlace(
  { definition: { retry } }: PlanNode,
  record: NodeRecord,
  settings: RunSettings,
): BackoffPlace {
  return {
    attempt: usedAttempts(record),
    baseSec: retry.baseSec ?? settings.retryBaseSec,
    factor: retry.factor ?? settings.retryFactor,
    maxDelaySec: retry.maxDelaySec ?? settings.retryMaxDelaySec,
    jitter: retry.jitter ?? settings.retryJitter,
  };
}

/** Interrupted attempts use up no retry. */
function usedAttempts({ attempts, interruptions }: NodeRecord): number {
  return attempts - interruptions;
}

/** The error of a node whose attempts together took longer than `retry.total_sec`. */
export function totalTimeout(node: PlanNode, record: NodeRecord, last?: NodeError): NodeError {
  const because = last === undefined ? '' : `; the last attempt failed with ${last.type}: ${last.message}`;
  return {
    type: 'TimeoutError',
    message: `the attempts of "${node.definition.id}" may take ${String(node.definition.retry.totalSec)} s in all${because}`,
    retryable: false,
    attempts: record.attempts,
    details: {
      kind: 'total',
      ...(last === undefined ? {} : { last_error: { type: last.type, message: last.message } }),
    },
  };
}

/** When `retry.total_sec` is over, in milliseconds; undefined if the node has none or has not started. */
export function totalDeadline({ definition }: PlanNode, record: NodeRecord): number | undefined {
  const { totalSec } = definition.retry;
  return totalSec === undefined || record.startedAt === null ? undefined : record.startedAt + totalSec * 1_000;
}

function isWanted(node: PlanNode, { type, message, details }: NodeError, attempt: number): boolean {
  if (node.retryOn === undefined) return true;
  const result = node.retryOn.evaluate({ error: { type, message, attempt, status: details?.['status'] ?? null } });
  return result.ok && result.value === true;
}

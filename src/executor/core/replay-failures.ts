import { backoffRange } from './backoff.js';
import { clockDeadline } from './clock-deadline.js';
import type { GraphPlan, PlanNode } from './compile.js';
import { deepEqual } from './deep-equal.js';
import type { NodeError } from './errors.js';
import { type JsonObject, isJsonObject } from './json.js';
import { backoffPlace, totalDeadline, totalTimeout } from './retry.js';
import type { NodeFailed, NodeRetrying } from './run-event.js';
import type { AttemptFailure, RunInput } from './run-input.js';
import { type NodeRecord, type RunState, nodeRecord } from './run-state.js';

/** The largest number that chance gives. */
const HIGHEST_CHANCE = 1 - Number.EPSILON;

/**
 * The failure that the node waits after. The wait is the journal's as far as jitter allows it; a longer one can only be the
 * wish of a server.
 */
export function waitedFailure(plan: GraphPlan, state: RunState, event: NodeRetrying): RunInput {
  const { error, waitMs } = event;
  const { node, record } = placeOf(plan, state, event);
  const { shortest, longest } = backoffRange(backoffPlace(node, record, state.settings));
  const chance = (waitMs - shortest + 0.5) / (longest - shortest + 1);
  const random = Math.min(HIGHEST_CHANCE, Math.max(0, chance));
  const wish = waitMs > longest ? { retryAfterMs: waitMs } : {};
  return failed(event, { ...failureOf(error), ...wish }, random);
}

/** What may have failed a running node: a clock, or its attempt. */
export function failuresBehind(plan: GraphPlan, state: RunState, event: NodeFailed): readonly RunInput[] {
  const { error, ts: now } = event;
  const tick: RunInput = { type: 'tick', now };
  // Without a retry that jitter could place, chance decides nothing but whether the wait fits into `total_sec`.
  const asJournaled = failed(event, failureOf(error), 0);
  const kind = error.type === 'TimeoutError' ? error.details?.['kind'] : undefined;
  if (kind === 'run') {
    const clock = clockDeadline(state);
    return clock !== null && now >= clock ? [tick, asJournaled] : [asJournaled];
  }
  if (kind !== 'total') return [asJournaled];
  const { node, record } = placeOf(plan, state, event);
  if (deepEqual(totalTimeout(node, record), error)) return [tick];
  const last = lastFailure(node, record, error);
  if (last === undefined) return [asJournaled];
  // How long the retry would have waited is not in the journal: as long as may be, then.
  const leftMs = (totalDeadline(node, record) as number) - now;
  const retryAfterMs = Math.min(leftMs, state.settings.retryAfterMaxSec * 1_000);
  return [failed(event, { ...last, retryAfterMs }, HIGHEST_CHANCE)];
}

/** The failure after which a retry would have come too late, if this is what the core made of one. */
function lastFailure(node: PlanNode, record: NodeRecord, error: NodeError): AttemptFailure | undefined {
  // What `retry.on` saw besides type and message is not in the journal.
  if (node.retryOn !== undefined) return undefined;
  const last = error.details?.['last_error'];
  if (!isJsonObject(last)) return undefined;
  const { type, message } = last as JsonObject & Pick<AttemptFailure, 'type' | 'message'>;
  const failure = { type, message, retryable: true };
  const made = totalTimeout(node, record, { ...failure, attempts: record.attempts });
  return deepEqual(made, error) ? failure : undefined;
}

function failed(
  { nodeId, attempt, ts: now }: NodeFailed | NodeRetrying,
  failure: AttemptFailure,
  random: number,
): RunInput {
  return { type: 'attempt_failed', now, nodeId, attempt, failure, random };
}

function failureOf({ type, message, retryable, details }: NodeError): AttemptFailure {
  return { type, message, retryable, details };
}

interface Place {
  readonly node: PlanNode;
  readonly record: NodeRecord;
}

function placeOf(plan: GraphPlan, state: RunState, { nodeId }: NodeFailed | NodeRetrying): Place {
  const index = plan.indexOf.get(nodeId) as number;
  return { node: plan.nodes[index] as PlanNode, record: nodeRecord(state, index) };
}

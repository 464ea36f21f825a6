import type { GraphPlan } from './compile.js';
import type { NodeError } from './errors.js';
import type { EpochMs, RunId } from './ids.js';
import type { SkipCause } from './run-event.js';
import { type RunState, nodeRecord } from './run-state.js';
import type { NodeStatus, SkipReason } from './statuses.js';

/** What a client sees of a node run at a glance. */
export interface NodeSummary {
  readonly id: string;
  readonly type: string;
  readonly status: NodeStatus;
  readonly attempts: number;
  readonly startedAt: EpochMs | null;
  readonly finishedAt: EpochMs | null;
  /** Of a FAILED node; of a RETRYING one, the error of the last attempt. */
  readonly error: NodeError | null;
  readonly skipReason: SkipReason | null;
  readonly skipCauses: readonly SkipCause[] | null;
  /** The run whose attempt made the output; absent if it was this one, or if the client gave the output. */
  readonly reusedFrom?: RunId;
}

const isRunId = (id: RunId | null | undefined): id is RunId => typeof id === 'string';

/** One summary per node, in spec order. */
export function summariseNodes(plan: GraphPlan, state: RunState): NodeSummary[] {
  return plan.nodes.map(({ index, definition: { id, type } }) => {
    const record = nodeRecord(state, index);
    const node = record.state;
    const isSkipped = node.status === 'SKIPPED';
    return {
      id,
      type,
      status: node.status,
      attempts: record.attempts,
      startedAt: record.startedAt,
      finishedAt: record.finishedAt,
      error: node.status === 'FAILED' || node.status === 'RETRYING' ? (node.error ?? null) : null,
      skipReason: isSkipped ? node.reason : null,
      skipCauses: isSkipped ? node.causes : null,
      ...(node.status === 'SUCCESS' && isRunId(node.reusedFrom) ? { reusedFrom: node.reusedFrom } : {}),
    };
  });
}

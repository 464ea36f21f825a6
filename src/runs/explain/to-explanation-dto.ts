import {
  type AttemptExplanation,
  type EdgeExplanation,
  type Json,
  type JsonObject,
  type NodeExplanation,
  type WaitsFor,
  encodeNodeError,
} from '../../executor/core/index.js';

const timestamp = (ms: number): string => new Date(ms).toISOString();

export function toNodeExplanationDto(explanation: NodeExplanation): JsonObject {
  const { id, status, summary, join, edges, waitsFor, attempts, chain } = explanation;
  return {
    id,
    status,
    summary,
    join,
    edges: edges.map(toEdgeDto),
    waits_for: waitsFor === null ? null : toWaitDto(waitsFor),
    attempts: attempts.map(toAttemptDto),
    chain: chain.map(({ node, status: linkStatus, skipReason, error }) => ({
      node,
      status: linkStatus,
      skip_reason: skipReason,
      error: error === null ? null : encodeNodeError(error),
    })),
  };
}

function toEdgeDto({ fromStatus, condition, mapped, ...edge }: EdgeExplanation): JsonObject {
  return {
    ...edge,
    from_status: fromStatus,
    condition: condition as unknown as Json,
    mapped: mapped.map((entry) => ({ ...entry })),
  };
}

function toWaitDto(wait: WaitsFor): JsonObject {
  return wait.kind === 'retry' ? { kind: wait.kind, due_at: timestamp(wait.dueAt) } : { ...wait };
}

function toAttemptDto({ attempt, outcome, startedAt, endedAt, error, waitMs }: AttemptExplanation): JsonObject {
  return {
    attempt,
    outcome,
    started_at: timestamp(startedAt),
    ended_at: endedAt === null ? null : timestamp(endedAt),
    error: error === null ? null : encodeNodeError(error),
    wait_ms: waitMs,
  };
}

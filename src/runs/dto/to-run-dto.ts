import {
  type JournalEntry,
  type JsonObject,
  type NodeSummary,
  type RunResult,
  encodeNodeError,
} from '../../executor/core/index.js';
import type { ArtifactInfo, StoredRun } from '../../storage/index.js';

import type { WholeRun } from '../runs.service.js';

const timestamp = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** A run in a list. */
export function toRunItem(run: StoredRun): JsonObject {
  return {
    run_id: run.runId,
    graph_id: run.graphId,
    graph_version: run.graphVersion,
    graph_name: run.graphName,
    status: run.status,
    progress: run.progress,
    error: run.errorJson === null ? null : (JSON.parse(run.errorJson) as JsonObject),
    labels: run.labels,
    retry_of: run.retryOf,
    root_run_id: run.rootRunId,
    created_at: timestamp(run.createdAt),
    started_at: timestamp(run.startedAt),
    finished_at: timestamp(run.finishedAt),
  };
}

/** A run with all that belongs to it. */
export function toRunDto({ run, nodes, result }: WholeRun): JsonObject {
  return {
    ...toRunItem(run),
    result: result === null ? null : toResultDto(result),
    input: JSON.parse(run.inputJson) as JsonObject,
    nodes: nodes.map(toNodeDto),
  };
}

export function toResultDto({ outputs, sinks, summary }: RunResult): JsonObject {
  const { succeeded, failedHandled, skipped } = summary;
  return { outputs, sinks, summary: { succeeded, failed_handled: failedHandled, skipped } };
}

/** A node run at a glance. */
export function toNodeDto(node: NodeSummary): JsonObject {
  const { startedAt, finishedAt } = node;
  return {
    id: node.id,
    type: node.type,
    status: node.status,
    attempts: node.attempts,
    started_at: timestamp(startedAt),
    finished_at: timestamp(finishedAt),
    duration_ms: startedAt === null || finishedAt === null ? null : finishedAt - startedAt,
    error: node.error === null ? null : encodeNodeError(node.error),
    skip_reason: node.skipReason,
    skip_causes: node.skipCauses?.map((cause) => ({ ...cause })) ?? null,
    reused_from: node.reusedFrom ?? null,
  };
}

/** A journal entry as /logs lists it. */
export function toLogDto(entry: JournalEntry): JsonObject {
  const { seq, ts, lvl, type, msg, nodeId, attempt, progress, data } = entry;
  return {
    seq,
    ts: ts / 1_000,
    lvl,
    type,
    msg,
    ...(nodeId === null ? {} : { node_id: nodeId }),
    ...(attempt === null ? {} : { attempt }),
    ...(progress === null ? {} : { progress }),
    ...(data === null ? {} : { data }),
  };
}

export function toArtifactDto({
  runId,
  name,
  nodeId,
  contentType,
  bytes,
  sha256,
  createdAt,
}: ArtifactInfo): JsonObject {
  return {
    name,
    node_id: nodeId,
    content_type: contentType,
    bytes,
    sha256,
    url: `/runs/${runId}/artifacts/${name}`,
    created_at: timestamp(createdAt),
  };
}

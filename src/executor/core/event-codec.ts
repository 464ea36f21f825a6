import { CorruptJournalError, type NodeError, type RunError } from './errors.js';
import { describeEvent } from './event-text.js';
import type { RunSettings } from './graph-definition.js';
import { epochMs, graphId, runId } from './ids.js';
import { type Json, type JsonObject, isJsonObject } from './json.js';
import type { JournalEntry } from './journal-entry.js';
import { decodeOutputRef, encodeOutput } from './output-ref.js';
import { progressOf } from './progress.js';
import type {
  AttemptEnd,
  InterruptionCause,
  RetryOrigin,
  RunEvent,
  RunEventType,
  SkipCause,
  TraceOrigin,
} from './run-event.js';
import type { SkipReason } from './statuses.js';
import { storableText } from './storable-text.js';

/** Setting ↔ its key in the journal row. */
const SETTING_KEYS = {
  concurrency: 'concurrency',
  defaultTimeoutSec: 'default_timeout_sec',
  maxRetries: 'max_retries',
  timeoutSec: 'timeout_sec',
  expireIfNotStartedSec: 'expire_if_not_started_sec',
  priority: 'priority',
  onFailure: 'on_failure',
  strictConditions: 'strict_conditions',
  requireSink: 'require_sink',
  retryBaseSec: 'retry_base_sec',
  retryFactor: 'retry_factor',
  retryMaxDelaySec: 'retry_max_delay_sec',
  retryJitter: 'retry_jitter',
  retryAfterMaxSec: 'retry_after_max_sec',
  cancelGraceSec: 'cancel_grace_sec',
  maxInterruptions: 'max_interruptions',
  pool: 'pool',
} as const satisfies Record<keyof RunSettings, string>;
const SETTINGS = Object.entries(SETTING_KEYS) as readonly (readonly [name: keyof RunSettings, key: string])[];

/** Where a batch of events stands in its run. */
export interface BatchPlace {
  /** `seq` of the event before the first. */
  readonly seq: number;
  /** Node runs that had ended before the first. */
  readonly ended: number;
  /** Nodes of the graph. */
  readonly nodes: number;
}

/** The journal rows of consecutive events. */
export function encodeEvents(events: readonly RunEvent[], place: BatchPlace): JournalEntry[] {
  let { seq, ended } = place;
  return events.map((event) => {
    seq += 1;
    if (event.type === 'run.succeeded') return encodeEvent(event, seq, 100);
    if (!ENDS_NODE.has(event.type)) return encodeEvent(event, seq, null);
    ended += 1;
    return encodeEvent(event, seq, progressOf(ended, place.nodes));
  });
}

const ENDS_NODE: ReadonlySet<RunEventType> = new Set([
  'node.reused',
  'node.succeeded',
  'node.failed',
  'node.skipped',
  'node.cancelled',
]);

/** The journal row of an event. `progress` is the run's progress after it, null where it did not change. */
export function encodeEvent(event: RunEvent, seq: number, progress: number | null): JournalEntry {
  const isNodeEvent = 'nodeId' in event;
  const { lvl, msg } = describeEvent(event);
  return {
    seq,
    ts: event.ts,
    type: event.type,
    lvl,
    msg: storableText(msg),
    nodeId: isNodeEvent ? event.nodeId : null,
    attempt: isNodeEvent ? event.attempt : null,
    progress,
    data: encodeData(event),
  };
}

function encodeData(event: RunEvent): JsonObject | null {
  switch (event.type) {
    case 'run.queued':
      return {
        graph_id: event.graphId,
        graph_version: event.graphVersion,
        input: event.input,
        settings: encodeSettings(event.settings),
        ...(event.options === undefined ? {} : { options: event.options }),
        ...(event.retry === undefined ? {} : encodeOrigin(event.retry)),
        ...(event.trace === undefined ? {} : { trace: { ...event.trace } }),
      };
    case 'run.recovered':
      return { epoch: event.epoch };
    case 'run.succeeded':
      return event.warnings.length === 0 ? null : { warnings: event.warnings };
    case 'run.failed':
      return { error: encodeRunError(event.error) };
    case 'run.started':
    case 'run.cancel_requested':
    case 'run.cancelled':
    case 'node.started':
      return null;
    case 'node.reused':
      return { ...encodeOutput(event), from_run: event.fromRun };
    case 'node.log':
      return event.data ?? null;
    case 'node.progress':
      return event.message === undefined
        ? { percent: event.percent }
        : { percent: event.percent, message: event.message };
    case 'node.retrying':
      return { error: encodeNodeError(event.error), wait_ms: event.waitMs, due_at: event.dueAt };
    case 'node.interrupted':
      return { cause: event.cause };
    case 'node.succeeded':
      return encodeOutput(event);
    case 'node.failed':
      return { error: encodeNodeError(event.error) };
    case 'node.skipped':
      return { skip_reason: event.reason, skip_causes: event.causes.map((cause) => ({ ...cause })) };
    case 'node.cancelled':
      return { ended: event.ended };
  }
}

/**
 * The event of a journal row: the inverse of `encodeEvent`. Where a row refers to a large output, it takes the row with the
 * output put back (`withOutput`).
 *
 * @throws {CorruptJournalError} if a field is missing or the type is unknown.
 */
export function decodeEntry(entry: JournalEntry): RunEvent {
  const { ts } = entry;
  const data = entry.data ?? {};
  const corrupt = (what: string): CorruptJournalError =>
    new CorruptJournalError(`${entry.type} at seq ${entry.seq} has no ${what}`);
  const field = (key: string): Json => {
    const value = Object.hasOwn(data, key) ? data[key] : undefined;
    if (value === undefined) throw corrupt(`data.${key}`);
    return value;
  };
  const node = (): { readonly ts: typeof ts; readonly nodeId: string; readonly attempt: number } => {
    if (entry.nodeId === null || entry.attempt === null) throw corrupt('node_id or attempt');
    return { ts, nodeId: entry.nodeId, attempt: entry.attempt };
  };
  switch (entry.type) {
    case 'run.queued':
      return {
        type: entry.type,
        ts,
        graphId: graphId(field('graph_id') as string),
        graphVersion: Number(field('graph_version')),
        input: field('input'),
        settings: decodeSettings(field('settings')),
        ...(isJsonObject(data['options']) ? { options: data['options'] } : {}),
        ...(data['retry_of'] === undefined ? {} : { retry: decodeOrigin(field, data) }),
        ...(isJsonObject(data['trace']) ? { trace: data['trace'] as unknown as TraceOrigin } : {}),
      };
    case 'run.started':
    case 'run.cancel_requested':
    case 'run.cancelled':
      return { type: entry.type, ts };
    case 'run.recovered':
      return { type: entry.type, ts, epoch: Number(field('epoch')) };
    case 'run.succeeded':
      return { type: entry.type, ts, warnings: (data['warnings'] ?? []) as readonly string[] };
    case 'run.failed':
      return { type: entry.type, ts, error: decodeRunError(field('error') as JsonObject) };
    case 'node.reused': {
      const fromRun = field('from_run');
      return {
        type: entry.type,
        ...node(),
        output: field('output'),
        ref: decodeOutputRef(entry),
        fromRun: fromRun === null ? null : runId(fromRun as string),
      };
    }
    case 'node.started':
      return { type: entry.type, ...node() };
    case 'node.log':
      return { type: entry.type, ...node(), level: entry.lvl, message: entry.msg, data: entry.data ?? undefined };
    case 'node.progress': {
      const message = data['message'];
      return {
        type: entry.type,
        ...node(),
        percent: Number(field('percent')),
        ...(typeof message === 'string' ? { message } : {}),
      };
    }
    case 'node.retrying':
      return {
        type: entry.type,
        ...node(),
        error: decodeNodeError(field('error')),
        waitMs: Number(field('wait_ms')),
        dueAt: epochMs(Number(field('due_at'))),
      };
    case 'node.interrupted':
      return { type: entry.type, ...node(), cause: field('cause') as InterruptionCause };
    case 'node.succeeded':
      return { type: entry.type, ...node(), output: field('output'), ref: decodeOutputRef(entry) };
    case 'node.failed':
      return { type: entry.type, ...node(), error: decodeNodeError(field('error')) };
    case 'node.skipped':
      return {
        type: entry.type,
        ...node(),
        reason: field('skip_reason') as SkipReason,
        causes: field('skip_causes') as unknown as readonly SkipCause[],
      };
    case 'node.cancelled':
      return { type: entry.type, ...node(), ended: field('ended') as AttemptEnd };
    default:
      throw new CorruptJournalError(
        `the type of the entry at seq ${entry.seq} is unknown, unless to a newer version: ${String(entry.type)}`,
      );
  }
}

function encodeOrigin({ retryOf, rootRunId, params, skip, traceparent }: RetryOrigin): JsonObject {
  const origin = { retry_of: retryOf, root_run_id: rootRunId, params, skip };
  return traceparent === undefined ? origin : { ...origin, retry_of_traceparent: traceparent };
}

function decodeOrigin(field: (key: string) => Json, data: JsonObject): RetryOrigin {
  const traceparent = data['retry_of_traceparent'];
  return {
    retryOf: runId(field('retry_of') as string),
    rootRunId: runId(field('root_run_id') as string),
    params: field('params') as RetryOrigin['params'],
    skip: field('skip') as readonly string[],
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
  };
}

function encodeSettings(settings: RunSettings): JsonObject {
  const encoded: Record<string, Json> = {};
  for (const [name, key] of SETTINGS) {
    const value = settings[name];
    if (value !== undefined) encoded[key] = value;
  }
  return encoded;
}

function decodeSettings(encoded: Json): RunSettings {
  if (!isJsonObject(encoded)) throw new CorruptJournalError('run.queued has no settings');
  const settings: Record<string, Json> = {};
  for (const [name, key] of SETTINGS) {
    const value = encoded[key];
    if (value !== undefined) settings[name] = value;
  }
  return settings as unknown as RunSettings;
}

/** A node's error as it stands in journal rows and answers. */
export function encodeNodeError({ type, message, retryable, attempts, details }: NodeError): JsonObject {
  return { type, message, retryable, attempts, ...(details === undefined ? {} : { details }) };
}

function decodeNodeError(encoded: Json): NodeError {
  return encoded as unknown as NodeError;
}

/** A run's error as it stands in journal rows and answers. */
export function encodeRunError(runError: RunError): JsonObject {
  const { nodeId, error, firstCause } = runError;
  return {
    ...encodeNodeError(runError),
    ...(nodeId === undefined ? {} : { node_id: nodeId }),
    ...(error === undefined ? {} : { error: encodeNodeError(error) }),
    ...(firstCause === undefined
      ? {}
      : { first_cause: { node_id: firstCause.nodeId, error: encodeNodeError(firstCause.error) } }),
  };
}

/** The inverse of `encodeRunError`. */
export function decodeRunError(encoded: JsonObject): RunError {
  const { node_id: nodeId, error, first_cause: firstCause, ...own } = encoded;
  return {
    ...decodeNodeError(own),
    ...(typeof nodeId === 'string' ? { nodeId } : {}),
    ...(error === undefined ? {} : { error: decodeNodeError(error) }),
    ...(isJsonObject(firstCause)
      ? { firstCause: { nodeId: firstCause['node_id'] as string, error: decodeNodeError(firstCause['error'] as Json) } }
      : {}),
  };
}

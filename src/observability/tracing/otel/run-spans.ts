import { Logger } from '@nestjs/common';
import { type Attributes, type Link, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import {
  type EpochMs,
  type GraphPlan,
  type NodeError,
  type NodeEvent,
  type RetryOrigin,
  type RunEvent,
  type RunId,
  type RunState,
  type TraceOrigin,
  nodeRecord,
} from '../../../executor/core/index.js';
import { RunTracer, type SessionTrace, type WatchedRun } from '../../../executor/index.js';
import {
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_WAND_AGENT_TYPE,
  ATTR_WAND_ATTEMPT_OUTCOME,
  ATTR_WAND_GRAPH_ID,
  ATTR_WAND_GRAPH_NAME,
  ATTR_WAND_GRAPH_VERSION,
  ATTR_WAND_NODE_ATTEMPT,
  ATTR_WAND_NODE_ID,
  ATTR_WAND_RETRY_WAIT_MS,
  ATTR_WAND_RUN_EPOCH,
  ATTR_WAND_RUN_ID,
  ATTR_WAND_RUN_RETRY_OF,
  ATTR_WAND_RUN_STATUS,
  EVENT_NODE_FAILED,
  EVENT_RETRY,
  EVENT_RUN_CANCEL_REQUESTED,
  EVENT_RUN_RECOVERED,
  EVENT_RUN_STARTED,
} from '../semantic-conventions.js';
import { idsOfAttempt, idsOfRun } from './span-ids.js';
import { type OpenSpan, type SpanMaker, timeOf } from './span-maker.js';
import { contextOf, originOf } from './trace-context.js';

/** Longest text of a status. */
const MAX_STATUS_LENGTH = 1_024;

/** Tells of runs and their attempts what their journals tell. */
export class RunSpans extends RunTracer {
  constructor(private readonly spans: SpanMaker) {
    super();
  }

  override current(): TraceOrigin | undefined {
    return originOf(this.spans.active());
  }

  override watch(run: WatchedRun): SessionTrace {
    return new SessionSpans(this.spans, run);
  }
}

/**
 * One session of a run. The span of the run is ended, and so told, by the session that sees the run end, with its whole
 * length; a session that is parked or dies leaves that to the next one, which knows the same ids. The span of an attempt is
 * told when the attempt ends: one that died with its process by the session that finds it interrupted.
 */
class SessionSpans implements SessionTrace {
  private readonly logger = new Logger(RunSpans.name);
  private readonly runId: RunId;
  private readonly plan: GraphPlan;
  private readonly run: OpenSpan;
  /** What every span of the run says. */
  private readonly common: Attributes;
  /** Attempts under way, by node id. */
  private readonly attempts = new Map<string, OpenSpan>();

  constructor(
    private readonly spans: SpanMaker,
    { runId, plan, state }: WatchedRun,
  ) {
    this.runId = runId;
    this.plan = plan;
    this.common = { [ATTR_WAND_RUN_ID]: runId, [ATTR_WAND_GRAPH_ID]: state.queued?.graphId };
    this.run = this.beginRun(state);
    this.takeUp(state);
  }

  tell(events: readonly RunEvent[]): void {
    try {
      for (const event of events) {
        if ('nodeId' in event) this.tellOfNode(event);
        else this.tellOfRun(event);
      }
    } catch (error) {
      this.logger.error({ run_id: this.runId, err: error }, 'a trace could not be told');
    }
  }

  within<T>(node: string, begin: () => T): T {
    return this.spans.within((this.attempts.get(node) ?? this.run).context, begin);
  }

  private beginRun({ queued, createdAt }: RunState): OpenSpan {
    const { name } = this.plan.definition;
    const attributes = {
      ...this.common,
      [ATTR_WAND_GRAPH_NAME]: name,
      [ATTR_WAND_GRAPH_VERSION]: queued?.graphVersion,
      [ATTR_WAND_RUN_RETRY_OF]: queued?.retry?.retryOf,
    };
    return this.spans.start({
      name: `run ${name}`,
      kind: SpanKind.INTERNAL,
      parent: contextOf(queued?.trace),
      attributes,
      links: queued?.retry === undefined ? [] : [linkTo(queued.retry)],
      ids: idsOfRun(this.runId),
      startedAt: createdAt,
    });
  }

  /** What other sessions have begun and this one ends. */
  private takeUp(state: RunState): void {
    if (state.startedAt !== null) this.run.span.addEvent(EVENT_RUN_STARTED, timeOf(state.startedAt));
    for (const index of state.running) {
      const node = this.plan.nodes[index];
      const { attempts, attemptStartedAt } = nodeRecord(state, index);
      if (node !== undefined && attemptStartedAt !== null) {
        this.beginAttempt(node.definition.id, attempts, attemptStartedAt);
      }
    }
  }

  private tellOfRun(event: Exclude<RunEvent, NodeEvent>): void {
    const { span } = this.run;
    const at = timeOf(event.ts);
    switch (event.type) {
      case 'run.queued':
        return;
      case 'run.started':
        span.addEvent(EVENT_RUN_STARTED, at);
        return;
      case 'run.recovered':
        span.setAttribute(ATTR_WAND_RUN_EPOCH, event.epoch);
        span.addEvent(EVENT_RUN_RECOVERED, { [ATTR_WAND_RUN_EPOCH]: event.epoch }, at);
        return;
      case 'run.cancel_requested':
        span.addEvent(EVENT_RUN_CANCEL_REQUESTED, at);
        return;
      case 'run.succeeded':
        span.setAttribute(ATTR_WAND_RUN_STATUS, 'SUCCESS').end(at);
        return;
      case 'run.failed':
        span.setAttribute(ATTR_WAND_RUN_STATUS, 'FAILED');
        failWith(this.run, event.error.error ?? event.error);
        span.end(at);
        return;
      case 'run.cancelled':
        span.setAttribute(ATTR_WAND_RUN_STATUS, 'CANCELLED').end(at);
        return;
    }
  }

  private tellOfNode(event: NodeEvent): void {
    const { nodeId, ts } = event;
    switch (event.type) {
      case 'node.reused':
      case 'node.log':
      case 'node.progress':
      case 'node.skipped':
        return;
      case 'node.started':
        this.beginAttempt(nodeId, event.attempt, ts);
        return;
      case 'node.succeeded':
        this.endAttempt(nodeId, ts, 'succeeded');
        return;
      case 'node.retrying': {
        const wait = { [ATTR_WAND_RETRY_WAIT_MS]: event.waitMs };
        this.attempts.get(nodeId)?.span.addEvent(EVENT_RETRY, wait, timeOf(ts));
        this.endAttempt(nodeId, ts, 'retrying', event.error);
        return;
      }
      case 'node.interrupted':
        this.endAttempt(nodeId, ts, 'interrupted', {
          type: 'Interrupted',
          message: `the attempt was lost with its process or its session (${event.cause})`,
        });
        return;
      case 'node.failed':
        if (!this.endAttempt(nodeId, ts, 'failed', event.error))
          this.tellOfFailureWithoutAttempt(nodeId, ts, event.error);
        return;
      case 'node.cancelled':
        this.endAttempt(nodeId, ts, 'cancelled');
        return;
    }
  }

  private beginAttempt(nodeId: string, attempt: number, startedAt: EpochMs): void {
    const index = this.plan.indexOf.get(nodeId);
    const type = index === undefined ? undefined : this.plan.nodes[index]?.definition.type;
    const opened = this.spans.start({
      name: `attempt ${type}`,
      kind: SpanKind.INTERNAL,
      parent: this.run.context,
      attributes: {
        ...this.common,
        [ATTR_WAND_NODE_ID]: nodeId,
        [ATTR_WAND_NODE_ATTEMPT]: attempt,
        [ATTR_WAND_AGENT_TYPE]: type,
      },
      ids: idsOfAttempt(this.runId, nodeId, attempt),
      startedAt,
    });
    this.attempts.set(nodeId, opened);
  }

  /** False if the node made no attempt. */
  private endAttempt(
    nodeId: string,
    at: EpochMs,
    outcome: string,
    error?: Pick<NodeError, 'type' | 'message'>,
  ): boolean {
    const attempt = this.attempts.get(nodeId);
    if (attempt === undefined) return false;
    this.attempts.delete(nodeId);
    attempt.span.setAttribute(ATTR_WAND_ATTEMPT_OUTCOME, outcome);
    if (error !== undefined) failWith(attempt, error);
    attempt.span.end(timeOf(at));
    return true;
  }

  private tellOfFailureWithoutAttempt(nodeId: string, at: EpochMs, { type, message }: NodeError): void {
    const attributes = { [ATTR_WAND_NODE_ID]: nodeId, [ATTR_ERROR_TYPE]: type, [ATTR_EXCEPTION_MESSAGE]: message };
    this.run.span.addEvent(EVENT_NODE_FAILED, attributes, timeOf(at));
  }
}

function failWith({ span }: OpenSpan, { type, message }: Pick<NodeError, 'type' | 'message'>): void {
  span.setAttribute(ATTR_ERROR_TYPE, type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: message.slice(0, MAX_STATUS_LENGTH) });
}

/** The span of the run that is retried. */
function linkTo({ retryOf, traceparent }: RetryOrigin): Link {
  const ids = idsOfRun(retryOf);
  const asked = traceparent === undefined ? null : parseTraceParent(traceparent);
  const context = { traceFlags: TraceFlags.NONE, ...asked, traceId: asked?.traceId ?? ids.traceId, spanId: ids.spanId };
  return { context, attributes: { [ATTR_WAND_RUN_ID]: retryOf } };
}

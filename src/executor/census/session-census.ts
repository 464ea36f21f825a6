import {
  type GraphPlan,
  type JsonObject,
  type NodeError,
  type NodeEvent,
  type RunEvent,
  type RunState,
  type TerminalRunStatus,
  nodeRecord,
} from '../core/index.js';
import {
  type AgentCounts,
  type AttemptOutcome,
  NODE_CLOCKS,
  type NodeClock,
  type NodeOutcome,
} from './agent-counts.js';
import type { RunCensus } from './run-census.js';

const MS_PER_SEC = 1_000;

/** Counts the events of one session of a run. */
export class SessionCensus {
  /** Nodes with an attempt under way: an end without one, as between two attempts, is the end of no attempt. */
  private readonly underWay: Set<string>;

  /** @param state The session advances it; as events come here, they are folded in. */
  constructor(
    private readonly census: RunCensus,
    private readonly plan: GraphPlan,
    private readonly state: RunState,
  ) {
    this.underWay = new Set([...state.running].flatMap((index) => plan.nodes[index]?.definition.id ?? []));
  }

  count(events: readonly RunEvent[]): void {
    for (const event of events) this.countOne(event);
  }

  private countOne(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        this.census.waits.observe((event.ts - this.state.createdAt) / MS_PER_SEC);
        return;
      case 'run.succeeded':
        this.endRun('SUCCESS', event.ts);
        return;
      case 'run.failed':
        this.endRun('FAILED', event.ts);
        this.countRunTimeout(event.error);
        return;
      case 'run.cancelled':
        this.endRun('CANCELLED', event.ts);
        return;
      case 'node.started':
        this.underWay.add(event.nodeId);
        return;
      case 'node.succeeded':
        this.endNode(event, 'success', 'success');
        return;
      case 'node.failed': {
        const clock = clockOf(event.error);
        const counts = this.endNode(event, 'failed', clock === undefined ? 'failed' : 'timed_out');
        if (clock !== undefined) counts.timeouts[clock] += 1;
        return;
      }
      case 'node.cancelled':
        this.endNode(event, 'cancelled', 'cancelled');
        return;
      case 'node.retrying': {
        const clock = clockOf(event.error);
        const counts = this.endAttempt(event, clock === undefined ? 'retried' : 'timed_out');
        counts.retries += 1;
        if (clock !== undefined) counts.timeouts[clock] += 1;
        return;
      }
      case 'node.interrupted':
        this.endAttempt(event, 'interrupted');
        return;
      case 'run.queued':
      case 'run.recovered':
      case 'run.cancel_requested':
      case 'node.reused':
      case 'node.log':
      case 'node.progress':
      case 'node.skipped':
    }
  }

  private endRun(status: TerminalRunStatus, endedAt: number): void {
    this.census.finished[status] += 1;
    const { startedAt } = this.state;
    if (startedAt !== null) this.census.durations[status].observe((endedAt - startedAt) / MS_PER_SEC);
  }

  private countRunTimeout(error: { readonly type: string; readonly details?: JsonObject }): void {
    const kind = error.type === 'TimeoutError' ? error.details?.['kind'] : undefined;
    if (kind === 'run' || kind === 'queue') this.census.timeouts[kind] += 1;
  }

  private endNode(event: NodeEvent, outcome: NodeOutcome, attemptOutcome: AttemptOutcome): AgentCounts {
    const counts = this.endAttempt(event, attemptOutcome);
    const index = this.plan.indexOf.get(event.nodeId);
    const startedAt = index === undefined ? null : nodeRecord(this.state, index).startedAt;
    if (startedAt !== null) counts.durations[outcome].observe((event.ts - startedAt) / MS_PER_SEC);
    return counts;
  }

  private endAttempt({ nodeId }: NodeEvent, outcome: AttemptOutcome): AgentCounts {
    const index = this.plan.indexOf.get(nodeId);
    const counts = this.census.agent(index === undefined ? '' : (this.plan.nodes[index]?.definition.type ?? ''));
    if (this.underWay.delete(nodeId)) counts.attempts[outcome] += 1;
    return counts;
  }
}

/** Which of the node's clocks ran out; undefined when it failed otherwise. */
function clockOf({ type, details }: NodeError): NodeClock | undefined {
  const kind = type === 'TimeoutError' ? details?.['kind'] : undefined;
  return NODE_CLOCKS.find((clock) => clock === kind);
}

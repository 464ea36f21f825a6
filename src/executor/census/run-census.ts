import { Injectable } from '@nestjs/common';
import { DURATION_BOUNDS, Distribution } from '../../observability/core/index.js';
import { PluginRegistry } from '../../plugins/index.js';
import type { RunEvent, TerminalRunStatus } from '../core/index.js';
import type { FoldedRun } from '../run-reader.js';
import { AgentCounts } from './agent-counts.js';
import { SessionCensus } from './session-census.js';

/** A graph may name an agent that is no longer there. */
const OTHER = 'other';

/**
 * Counts what happens to runs, from events that are durable: an event is counted once, by the session that wrote it, so a
 * run that goes on after a crash counts no part of itself twice. All of it since the start of the process.
 */
@Injectable()
export class RunCensus {
  /** Runs that ended, by status. */
  readonly finished: Record<TerminalRunStatus, number> = { SUCCESS: 0, FAILED: 0, CANCELLED: 0 };
  /** From the start of a run to its end, in seconds; of those that were started. */
  readonly durations: Record<TerminalRunStatus, Distribution> = {
    SUCCESS: new Distribution(DURATION_BOUNDS),
    FAILED: new Distribution(DURATION_BOUNDS),
    CANCELLED: new Distribution(DURATION_BOUNDS),
  };
  /** From the creation of a run to its start, in seconds. */
  readonly waits = new Distribution(DURATION_BOUNDS);
  /** Runs whose own clock ran out: of the whole run, or in the queue. */
  readonly timeouts = { run: 0, queue: 0 };
  private createdCount = 0;
  private readonly byType = new Map<string, AgentCounts>();

  constructor(private readonly registry: Pick<PluginRegistry, 'agent'>) {}

  /** Runs that were created here. */
  get createdRuns(): number {
    return this.createdCount;
  }

  /** By type of agent: those that are registered, and `other`. */
  get agents(): ReadonlyMap<string, AgentCounts> {
    return this.byType;
  }

  created(): void {
    this.createdCount += 1;
  }

  /** What is to be called with the events of one session of a run once they are durable. */
  session({ plan, state }: FoldedRun): (events: readonly RunEvent[]) => void {
    const session = new SessionCensus(this, plan, state);
    return (events) => session.count(events);
  }

  agent(type: string): AgentCounts {
    const known = this.registry.agent(type) === undefined ? OTHER : type;
    let counts = this.byType.get(known);
    if (counts === undefined) {
      counts = new AgentCounts();
      this.byType.set(known, counts);
    }
    return counts;
  }
}

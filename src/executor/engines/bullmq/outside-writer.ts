import type { EventBus } from '../../../events/index.js';
import { type Journal, StaleWriterError } from '../../../storage/index.js';
import type { RunCensus } from '../../census/index.js';
import { type Clock, RunClock } from '../../clock.js';
import { type RunId, type RunStatus, decide, encodeEvents, isFresh, isTerminalRun } from '../../core/index.js';
import type { RunReader } from '../../run-reader.js';
import { projectRun } from '../../session/index.js';

export interface OutsideWriterPorts {
  readonly reader: RunReader;
  readonly journal: Journal;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly census: RunCensus;
}

/** How often a run that goes on meanwhile is read again. */
const MAX_TRIES = 100;

/**
 * Says in the journal of a run what any process may say: that it is to stop, or that its time in the queue is up. It takes no
 * session: the entry stands where the next one of the run's owner would, and whoever comes second reads what the first
 * wrote. So the request is before the end of the run, or after it, never beside it.
 */
export class OutsideWriter {
  constructor(private readonly ports: OutsideWriterPorts) {}

  /** Asks a run to stop; durable when it resolves. Undefined if there is no such run. */
  cancel(runId: RunId): Promise<RunStatus | undefined> {
    return this.write(runId, 'cancel');
  }

  /** Ends a run whose time in the queue is up, if it is. */
  expire(runId: RunId): Promise<RunStatus | undefined> {
    return this.write(runId, 'tick');
  }

  private async write(runId: RunId, type: 'cancel' | 'tick'): Promise<RunStatus | undefined> {
    const { reader, journal, bus, clock, census } = this.ports;
    for (let tries = 1; ; tries++) {
      const run = await reader.load(runId);
      if (run === undefined) return undefined;
      const { plan, state, namespace } = run;
      if (isTerminalRun(state.status) || (type === 'tick' && !isFresh(state))) return state.status;
      const count = census.session(run);
      // Nothing starts here: what must run nevertheless, a worker starts.
      state.draining = true;
      const { seq, ended, status, epoch } = state;
      const events = decide(plan, state, { type, now: new RunClock(clock, state.lastTs).now() });
      if (events.length === 0) return state.status;
      const entries = encodeEvents(events, { seq, ended, nodes: plan.nodes.length });
      try {
        await journal.append({ runId, expectedSeq: seq, entries, run: projectRun(plan, state, { status, epoch }) });
      } catch (error) {
        if (error instanceof StaleWriterError && tries < MAX_TRIES) continue;
        throw error;
      }
      bus.publish({ runId, namespace, entries });
      count(events);
      return state.status;
    }
  }
}

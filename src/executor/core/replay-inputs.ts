import type { GraphPlan } from './compile.js';
import { type EpochMs, epochMs } from './ids.js';
import { SUSPENDED_CODE } from './reduce.js';
import { failuresBehind, waitedFailure } from './replay-failures.js';
import type { NodeCancelled, NodeFailed, NodeInterrupted, NodeLogged, RunEvent } from './run-event.js';
import type { Blame, RunInput } from './run-input.js';
import { type RunState, nodeRecord } from './run-state.js';

/**
 * What may have happened outside the core for the event at `at` to be the first of a decision: the likeliest first, never
 * none. Time is a tick; so is the slot or the gate that a start waited for.
 */
export function inputsBehind(
  plan: GraphPlan,
  state: RunState,
  events: readonly RunEvent[],
  at: number,
): readonly RunInput[] {
  const event = events[at] as RunEvent;
  const now = event.ts;
  switch (event.type) {
    case 'run.started':
      return [{ type: 'taken', now, holdsSuspects: true }];
    case 'run.recovered':
      return [{ type: 'taken', now, holdsSuspects: true, blame: blameBehind(events, at + 1) }];
    case 'run.cancel_requested':
      return [{ type: 'cancel', now }];
    case 'node.log': {
      if (event.attempt === 0 && event.data?.['code'] === SUSPENDED_CODE) return [suspension(plan, state, event)];
      // The engine's own warnings belong to no attempt: they follow from something else.
      if (event.attempt === 0) return [tick(now)];
      const { nodeId, attempt, level, message, data } = event;
      return [{ type: 'attempt_logged', now, nodeId, attempt, level, message, data }];
    }
    case 'node.progress': {
      const { nodeId, attempt, percent, message } = event;
      return [{ type: 'attempt_progressed', now, nodeId, attempt, percent, message }];
    }
    case 'node.succeeded': {
      const { nodeId, attempt, output, ref } = event;
      return [{ type: 'attempt_succeeded', now, nodeId, attempt, output, ref }];
    }
    case 'node.retrying':
      return [waitedFailure(plan, state, event)];
    case 'node.failed':
      return isRunning(plan, state, event) ? failuresBehind(plan, state, event) : [tick(now)];
    case 'node.interrupted':
      return interruptionsBehind(event);
    case 'node.cancelled':
      return cancellationsBehind(event);
    // All else follows from what came before; alone, nothing but time can bring it about.
    default:
      return [tick(now)];
  }
}

function suspension(plan: GraphPlan, state: RunState, { nodeId, ts: now, data }: NodeLogged): RunInput {
  const { attempts: attempt } = nodeRecord(state, plan.indexOf.get(nodeId) as number);
  return { type: 'attempt_suspended', now, nodeId, attempt, until: epochMs(Number(data?.['until'])) };
}

/** A deadline may have passed. */
export function tick(now: EpochMs): RunInput {
  return { type: 'tick', now };
}

function isRunning(plan: GraphPlan, state: RunState, { nodeId }: NodeFailed): boolean {
  return nodeRecord(state, plan.indexOf.get(nodeId) as number).state.status === 'RUNNING';
}

/** The process of the session stops in order, or something happened to another one that made the attempt. */
function interruptionsBehind({ nodeId, attempt, cause, ts: now }: NodeInterrupted): readonly RunInput[] {
  const elsewhere: RunInput = { type: 'attempt_interrupted', now, nodeId, attempt, cause };
  return cause === 'shutdown' ? [{ type: 'shutdown', now }, elsewhere] : [elsewhere];
}

/** What an aborted attempt came to was dropped. */
function cancellationsBehind({ ended, nodeId, attempt, ts: now }: NodeCancelled): readonly RunInput[] {
  switch (ended) {
    case 'succeeded':
      return [{ type: 'attempt_succeeded', now, nodeId, attempt, output: null }];
    case 'failed': {
      const failure = { type: 'AbortError', message: 'the attempt was aborted', retryable: false };
      return [{ type: 'attempt_failed', now, nodeId, attempt, failure, random: 0 }];
    }
    case 'abandoned':
      return [tick(now), { type: 'shutdown', now }];
    case 'not_running':
      return [tick(now)];
  }
}

/** Who was charged with the end of the session before, as the events right behind `run.recovered` tell. */
function blameBehind(events: readonly RunEvent[], from: number): Blame {
  const interrupted = new Set<string>();
  const charged = new Set<string>();
  let areOthersSpared = false;
  for (let at = from; at < events.length; at++) {
    const event = events[at] as RunEvent;
    if (event.type === 'node.interrupted') {
      if (event.cause === 'lost') return { kind: 'nobody' };
      interrupted.add(event.nodeId);
      if (event.cause === 'crash') charged.add(event.nodeId);
      else areOthersSpared = true;
    } else if (event.type === 'node.failed' && event.error.type === 'InterruptedError') {
      // One that was interrupted before fails for what it says of interruptions, whoever is to blame.
      if (!interrupted.has(event.nodeId)) charged.add(event.nodeId);
    } else if (event.type !== 'node.cancelled') break;
  }
  return areOthersSpared ? { kind: 'suspects', nodeIds: charged } : { kind: 'all' };
}

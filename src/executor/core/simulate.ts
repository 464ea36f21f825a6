import type { GraphPlan } from './compile.js';
import { decide, nextDeadline } from './decide.js';
import { encodeEvent, encodeEvents } from './event-codec.js';
import { Fifo } from './fifo.js';
import { epochMs } from './ids.js';
import type { JournalEntry } from './journal-entry.js';
import type { Json } from './json.js';
import { reduce } from './reduce.js';
import type { RunEvent, RunQueued } from './run-event.js';
import type { AttemptFailure, RunInput } from './run-input.js';
import { type RunState, initialState } from './run-state.js';
import { isTerminalRun } from './statuses.js';

/** How an attempt is to end. */
export type SimulatedOutcome = { readonly output: Json } | { readonly failure: AttemptFailure };

export interface SimulationOptions {
  readonly queued: RunQueued;
  /** How the `attempt`th attempt of a node is to end, from 1. */
  readonly outcomeOf: (nodeId: string, attempt: number) => SimulatedOutcome;
  /** A run of more events is given up. */
  readonly maxEvents: number;
}

/** A run that was decided to its end without anything being executed. */
export interface SimulatedRun {
  readonly state: RunState;
  readonly entries: readonly JournalEntry[];
}

/** A simulation has more events than it may have. */
export class SimulationTooLongError extends Error {
  override readonly name = 'SimulationTooLongError';
}

/** Waits are jittered as if by the mean of all chances: a simulation gives the same trace every time. */
const MEAN_CHANCE = 0.5;

/**
 * Decides a run to its end under a virtual clock that begins with `queued`. Attempts take no time; waits for retries pass.
 *
 * @throws {SimulationTooLongError} if it would have more than `maxEvents`.
 */
export function simulate(plan: GraphPlan, { queued, outcomeOf, maxEvents }: SimulationOptions): SimulatedRun {
  const state = initialState(plan);
  reduce(plan, state, queued);
  const entries = [encodeEvent(queued, 1, 0)];
  const inputs = new Fifo<Unstamped<RunInput>>();
  inputs.push({ type: 'taken' });
  let now = queued.ts;
  while (!isTerminalRun(state.status)) {
    if (inputs.size === 0) {
      now = epochMs(Math.max(now, nextDeadline(state) as number));
      inputs.push({ type: 'tick' });
    }
    const { seq, ended } = state;
    const events = decide(plan, state, { ...(inputs.shift() as Unstamped<RunInput>), now });
    entries.push(...encodeEvents(events, { seq, ended, nodes: plan.nodes.length }));
    if (entries.length > maxEvents) {
      throw new SimulationTooLongError(`the simulation would have more than ${maxEvents} events`);
    }
    for (const input of endsOf(events, outcomeOf)) inputs.push(input);
  }
  return { state, entries };
}

type Unstamped<T> = T extends unknown ? Omit<T, 'now'> : never;

function endsOf(events: readonly RunEvent[], outcomeOf: SimulationOptions['outcomeOf']): Unstamped<RunInput>[] {
  return events.flatMap((event): Unstamped<RunInput>[] => {
    if (event.type !== 'node.started') return [];
    const place = { nodeId: event.nodeId, attempt: event.attempt };
    const outcome = outcomeOf(event.nodeId, event.attempt);
    return 'output' in outcome
      ? [{ type: 'attempt_succeeded', ...place, output: outcome.output }]
      : [{ type: 'attempt_failed', ...place, failure: outcome.failure, random: MEAN_CHANCE }];
  });
}

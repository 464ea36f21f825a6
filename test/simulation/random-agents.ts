import type { AttemptFailure, Json, JsonObject } from '../../src/executor/core/index.js';
import { diceFrom, fingerprint } from '../support/dice.js';
import type { Agents, Call, Performance } from './simulation.js';

export interface Temper {
  readonly seed: number;
  /** Share of attempts that fail, 0 to 1. */
  readonly failing: number;
  readonly longestMs: number;
}

/** Agents whose attempts depend on the seed, the node and the number of the try, and whose outputs show what they saw. */
export function randomAgents({ seed, failing, longestMs }: Temper): Agents {
  return (call) => {
    const roll = diceFrom(`${seed} ${call.nodeId} ${call.tryNumber}`);
    const durationMs = Math.floor(roll() * longestMs);
    const stopsAfterMs = roll() < 0.3 ? null : Math.floor(roll() * longestMs);
    const end: Performance['end'] =
      roll() < failing
        ? { kind: 'failure', failure: randomFailure(roll), random: roll() }
        : { kind: 'success', output: randomOutput(roll, call) };
    return { durationMs, stopsAfterMs, end };
  };
}

function randomFailure(roll: () => number): AttemptFailure {
  const type = roll() < 0.5 ? 'Broken' : 'Flaky';
  const retryable = roll() < 0.7;
  const details = roll() < 0.5 ? { status: roll() < 0.5 ? 503 : 429 } : undefined;
  const retryAfterMs = roll() < 0.2 ? Math.floor(roll() * 3_000) : undefined;
  return { type, message: `${type} it is`, retryable, details, retryAfterMs };
}

function randomOutput(roll: () => number, { gathered, upstream }: Call): Json {
  const output: Record<string, Json> = { nested: { k: Math.floor(roll() * 10) }, saw: digest(gathered, upstream) };
  if (roll() < 0.8) output['v'] = Math.floor(roll() * 10);
  if (roll() < 0.6) output['flag'] = roll() < 0.5;
  return output;
}

/** Leaves `error.attempts` out: it counts interrupted attempts too, so it differs between runs that agree otherwise. */
function digest({ input, params }: Call['gathered'], upstream: Call['upstream']): number {
  const ends = Object.entries(upstream).map(([id, { status, error }]): JsonObject[string] => [
    id,
    status,
    error?.['type'] ?? null,
  ]);
  return fingerprint(JSON.stringify([input, params, ends]));
}

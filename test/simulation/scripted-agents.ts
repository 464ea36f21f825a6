import type { AttemptFailure, GraphDefinition, Json, RunSettings } from '../../src/executor/core/index.js';
import { planOf, settings } from '../support/graph-builder.js';
import type { Agents, Performance, Scenario } from './simulation.js';

/** How the tries of one node go, in order; the last repeats. */
export type Script = readonly [Performance, ...Performance[]];

export const succeeds = (output: Json = {}, durationMs = 10): Performance => ({
  durationMs,
  end: { kind: 'success', output },
  stopsAfterMs: 0,
});

/** Fails for good unless `failure` says that it is retryable. */
export const fails = (failure: Partial<AttemptFailure> = {}, durationMs = 10): Performance => ({
  durationMs,
  end: { kind: 'failure', failure: { type: 'Broken', message: 'it broke', retryable: false, ...failure }, random: 0 },
  stopsAfterMs: 0,
});

/** Nodes that are not named succeed with an empty output. */
export function scriptedAgents(scripts: Readonly<Record<string, Script>>): Agents {
  return ({ nodeId, tryNumber }) => {
    const script = scripts[nodeId] ?? [succeeds()];
    return script[tryNumber - 1] ?? script.at(-1) ?? succeeds();
  };
}

/** A run of scripted agents that is taken at once and never cancelled. */
export const scenarioOf = (
  definition: GraphDefinition,
  scripts: Readonly<Record<string, Script>> = {},
  given: Partial<RunSettings> = {},
): Scenario => ({
  plan: planOf(definition),
  settings: settings(given),
  input: {},
  agents: scriptedAgents(scripts),
  takenAtMs: 0,
  cancelAtMs: null,
});

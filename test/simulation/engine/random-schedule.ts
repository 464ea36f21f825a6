import fc from 'fast-check';
import { type RandomScenario, buildScenario, scenarioDraw } from '../random-scenario.js';
import type { DiskTurn } from './simulated-disk.js';
import type { ClientCall, Mishap, Schedule } from './simulated-world.js';

const mishap = fc.record<Mishap>({
  kind: fc.constantFrom('crash', 'crash', 'stop', 'stall'),
  afterSteps: fc.nat(40),
  downtimeMs: fc.nat(200),
  patienceMs: fc.nat(300),
  clockJumpMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -5_000, max: 5_000 })),
});

const WRITE_FATES = ['works', 'works', 'works', 'works', 'fails', 'lies', 'crash_before', 'crash_after'] as const;
const write = fc.record<DiskTurn>({ fate: fc.constantFrom(...WRITE_FATES), delayMs: fc.nat(30) });
const read = fc.record<DiskTurn>({
  fate: fc.constantFrom('works', 'works', 'works', 'works', 'fails'),
  delayMs: fc.nat(30),
});

const client = fc.record<ClientCall>({
  atMs: fc.nat(60),
  cancelAfterMs: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, fc.nat(200)),
});

/** Plain data, so that a failure prints what it takes to see it again. */
export const scheduleDraw = fc.record({
  scenario: scenarioDraw,
  clients: fc.array(client, { minLength: 1, maxLength: 3 }),
  mishaps: fc.array(mishap, { maxLength: 4 }),
  writes: fc.array(write, { maxLength: 24 }),
  reads: fc.array(read, { maxLength: 12 }),
  maxConcurrentRuns: fc.integer({ min: 1, max: 3 }),
  isFenced: fc.boolean(),
});
export type ScheduleDraw = typeof scheduleDraw extends fc.Arbitrary<infer T> ? T : never;

/** Whatever can happen. */
export function buildSchedule(draw: ScheduleDraw): Schedule {
  const nodes = draw.scenario.nodes.slice(0, 14);
  return { ...draw, scenario: asInvoked(buildScenario({ ...draw.scenario, nodes }, { timed: true })) };
}

/** A small one in which nothing goes wrong by itself, and nothing makes the moment decide how a run ends. */
export function buildCalmSchedule(draw: ScheduleDraw): Schedule {
  const scenario = { ...draw.scenario, nodes: draw.scenario.nodes.slice(0, 6) };
  const clients = draw.clients.slice(0, 2);
  return { ...buildUntimedSchedule({ ...draw, scenario, clients }), mishaps: [], writes: [], reads: [] };
}

/** Mishaps as they come, but nothing that makes the moment decide how a run ends: no clocks, no cancels. */
export function buildUntimedSchedule(draw: ScheduleDraw): Schedule {
  const nodes = draw.scenario.nodes.slice(0, 14);
  const built = asInvoked(buildScenario({ ...draw.scenario, nodes }, { timed: false }));
  const scenario = { ...built, settings: { ...built.settings, maxInterruptions: 1_000 } };
  return { ...draw, scenario, clients: draw.clients.map(({ atMs }) => ({ atMs, cancelAfterMs: null })) };
}

/** A session shows only `settled` nodes how those before them ended, and all nodes their own params too. */
function asInvoked(scenario: RandomScenario): RandomScenario {
  const definitions = new Map(scenario.nodes.map((node) => [node.id, node]));
  return {
    ...scenario,
    agents: (call) => {
      const { join, params = {} } = definitions.get(call.nodeId) ?? {};
      const gathered = { ...call.gathered, params: { ...params, ...call.gathered.params } };
      return scenario.agents({ ...call, gathered, upstream: join === 'settled' ? call.upstream : {} });
    },
  };
}

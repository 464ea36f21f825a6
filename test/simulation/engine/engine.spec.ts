import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { type GraphPlan, type RunState, summariseNodes } from '../../../src/executor/core/index.js';
import { Simulation } from '../simulation.js';
import { buildSchedule, buildUntimedSchedule, scheduleDraw } from './random-schedule.js';
import { SimulatedWorld } from './simulated-world.js';

/** Schedules per law; `SIMULATED_SCHEDULES` asks for more. */
const RUNS = Number(process.env['SIMULATED_SCHEDULES'] ?? 300);

/** What a run comes to; see `recovery.spec.ts` for what is left out. */
function outcomeOf(plan: GraphPlan, state: RunState): unknown {
  const nodes = summariseNodes(plan, state).map(({ id, status, error, skipReason, skipCauses }, index) => {
    const own = state.nodes[index]?.state;
    const output = own?.status === 'SUCCESS' ? own.output : null;
    return { id, status, output, error: error === null ? null : error.type, skipReason, skipCauses };
  });
  return { status: state.status, nodes };
}

describe('a service whose process, disk and clock fail', () => {
  beforeAll(() => Logger.overrideLogger(false));
  afterAll(() => Logger.overrideLogger(['log', 'error', 'warn', 'fatal']));

  it('ends every run, keeps what it answered and breaks no law', async () => {
    await fc.assert(
      fc.asyncProperty(scheduleDraw, async (draw) => {
        const world = await SimulatedWorld.complete(buildSchedule(draw));
        expect(world.breaches).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('ends every run as it would have ended had nothing failed', async () => {
    await fc.assert(
      fc.asyncProperty(scheduleDraw, async (draw) => {
        const schedule = buildUntimedSchedule(draw);
        const { plan } = schedule.scenario;
        const world = await SimulatedWorld.complete(schedule);
        expect(world.breaches).toEqual([]);
        const expected = outcomeOf(plan, Simulation.complete(schedule.scenario).run.state);
        for (const state of world.states) expect(outcomeOf(plan, state)).toEqual(expected);
      }),
      { numRuns: RUNS },
    );
  });

  it('lives the same life again from the same schedule', async () => {
    await fc.assert(
      fc.asyncProperty(scheduleDraw, async (draw) => {
        const journals = async (): Promise<unknown> => (await SimulatedWorld.complete(buildSchedule(draw))).journals;
        expect(await journals()).toEqual(await journals());
      }),
      { numRuns: 100 },
    );
  });
});

import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { type GraphPlan, type RunState, summariseNodes } from '../../../src/executor/core/index.js';
import { Simulation } from '../simulation.js';
import { buildCalmSchedule, buildSchedule, buildUntimedSchedule, scheduleDraw } from './random-schedule.js';
import { withOneFailure } from './single-failures.js';
import { type Schedule, SimulatedWorld } from './simulated-world.js';

/** Schedules per law; `SIMULATED_SCHEDULES` asks for more, and for how many of them a minute of processor time takes. */
const ASKED = process.env['SIMULATED_SCHEDULES'];
const RUNS = Number(ASKED ?? 300);
/** Schedules in which everything fails once, one thing at a time: each of them makes some hundreds. */
const CALM_RUNS = Math.ceil(RUNS / 75);

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
  let lived = 0;
  let cpu: NodeJS.CpuUsage;
  const live = (schedule: Schedule): Promise<SimulatedWorld> => {
    lived += 1;
    return SimulatedWorld.complete(schedule);
  };

  beforeAll(() => {
    Logger.overrideLogger(false);
    cpu = process.cpuUsage();
  });
  afterAll(() => {
    Logger.overrideLogger(['log', 'error', 'warn', 'fatal']);
    if (ASKED === undefined) return;
    const { user, system } = process.cpuUsage(cpu);
    const minutes = (user + system) / 60e6;
    const rate = Math.round(lived / minutes);
    process.stderr.write(`${lived} schedules in ${minutes.toFixed(2)} min of processor time: ${rate} a minute\n`);
  });

  it('ends every run, keeps what it answered and breaks no law', async () => {
    await fc.assert(
      fc.asyncProperty(scheduleDraw, async (draw) => {
        const world = await live(buildSchedule(draw));
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
        const world = await live(schedule);
        expect(world.breaches).toEqual([]);
        const expected = outcomeOf(plan, Simulation.complete(schedule.scenario).run.state);
        for (const state of world.states) expect(outcomeOf(plan, state)).toEqual(expected);
      }),
      { numRuns: RUNS },
    );
  });

  it('does so wherever it crashes, stops or stalls, and whichever commit or read goes wrong', async () => {
    await fc.assert(
      fc.asyncProperty(scheduleDraw, async (draw) => {
        const calm = buildCalmSchedule(draw);
        const { plan } = calm.scenario;
        const whole = await live(calm);
        const expected = outcomeOf(plan, Simulation.complete(calm.scenario).run.state);
        for (const { what, schedule } of withOneFailure(calm, whole)) {
          const { breaches, states } = await live(schedule);
          const outcomes = states.map((state) => outcomeOf(plan, state));
          expect({ what, breaches, outcomes }).toEqual({ what, breaches: [], outcomes: states.map(() => expected) });
        }
      }),
      { numRuns: CALM_RUNS },
    );
  });

  it('lives the same life again from the same schedule', async () => {
    await fc.assert(
      fc.asyncProperty(scheduleDraw, async (draw) => {
        const journals = async (): Promise<unknown> => (await live(buildSchedule(draw))).journals;
        expect(await journals()).toEqual(await journals());
      }),
      { numRuns: 100 },
    );
  });
});

import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { type GraphPlan, type JournalEntry, replay } from '../../src/executor/core/index.js';
import { completeWithCrashes } from './crashes.js';
import { buildSchedule, scheduleDraw } from './engine/random-schedule.js';
import { SimulatedWorld } from './engine/simulated-world.js';
import { PoisonedProcess } from './poisoned-process.js';
import { buildScenario, crashDraw, scenarioDraw } from './random-scenario.js';
import { Simulation } from './simulation.js';

/** What replaying came to, without what a whole journal without a difference has. */
function findingsOf(plan: GraphPlan, entries: readonly JournalEntry[]): unknown {
  const { differences, fault, isGivenUp, replayed } = replay(plan, entries);
  return { differences, fault, isGivenUp, left: entries.length - replayed };
}

const NOTHING = { differences: [], fault: null, isGivenUp: false, left: 0 };

describe('a journal', () => {
  it('replays without a difference, whatever the run lived through', () => {
    fc.assert(
      fc.property(scenarioDraw, (draw) => {
        const scenario = buildScenario(draw, { timed: true });
        expect(findingsOf(scenario.plan, Simulation.complete(scenario).tape.entries())).toEqual(NOTHING);
      }),
      { numRuns: 1_500 },
    );
  });

  it('does so however often the run crashed, inside an append too', () => {
    fc.assert(
      fc.property(scenarioDraw, crashDraw, (draw, crashes) => {
        const scenario = buildScenario(draw, { timed: true });
        expect(findingsOf(scenario.plan, completeWithCrashes(scenario, crashes).tape.entries())).toEqual(NOTHING);
      }),
      { numRuns: 1_500 },
    );
  });

  it('does so when a client cancels, at whatever moment', () => {
    fc.assert(
      fc.property(scenarioDraw, crashDraw, fc.nat(200), (draw, crashes, cancelAtMs) => {
        const scenario = { ...buildScenario(draw, { timed: true }), cancelAtMs };
        expect(findingsOf(scenario.plan, completeWithCrashes(scenario, crashes).tape.entries())).toEqual(NOTHING);
      }),
      { numRuns: 700 },
    );
  });

  it('does so when it is that of a retry', () => {
    const asked = fc.record({ from: fc.nat(), skip: fc.nat(), given: fc.nat() });
    fc.assert(
      fc.property(scenarioDraw, asked, (draw, { from, skip, given }) => {
        const scenario = buildScenario(draw, { timed: true });
        const name = (index: number): string => `n${index % draw.nodes.length}`;
        const { run } = Simulation.retry(scenario, Simulation.complete(scenario), {
          from: [name(from)],
          skip: [name(skip)],
          given: { [name(given)]: { v: 3 } },
          params: { [name(from)]: { url: 'http://other' } },
        });
        expect(findingsOf(run.plan, run.tape.entries())).toEqual(NOTHING);
      }),
      { numRuns: 700 },
    );
  });

  it('does so when suspects were held and let go', () => {
    const innocent = fc.integer({ min: 0, max: 5_000 }).map((durationMs) => ({ durationMs, isPoison: false }));
    const poison = fc.integer({ min: 0, max: 3_000 }).map((durationMs) => ({ durationMs, isPoison: true }));
    fc.assert(
      fc.property(
        fc.array(innocent, { maxLength: 5 }),
        fc.array(innocent, { maxLength: 4 }),
        poison,
        (other, beside, killer) => {
          const runs = [
            [...other, { durationMs: 1, isPoison: false }],
            [...beside, killer],
          ];
          for (const { plan, tape } of PoisonedProcess.complete({ runs, maxInterruptions: 5 }).runs) {
            expect(findingsOf(plan, tape.entries())).toEqual(NOTHING);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('does so wherever it was cut', () => {
    fc.assert(
      fc.property(scenarioDraw, (draw) => {
        const scenario = buildScenario({ ...draw, nodes: draw.nodes.slice(0, 6) }, { timed: true });
        const entries = Simulation.complete(scenario).tape.entries();
        for (let keep = 0; keep < entries.length; keep++) {
          expect(findingsOf(scenario.plan, entries.slice(0, keep))).toEqual(NOTHING);
        }
      }),
      { numRuns: 150 },
    );
  });

  describe('of a service whose process, disk and clock fail', () => {
    beforeAll(() => Logger.overrideLogger(false));
    afterAll(() => Logger.overrideLogger(['log', 'error', 'warn', 'fatal']));

    it('does so too: processes that drain, stop, stall or lose a run', async () => {
      await fc.assert(
        fc.asyncProperty(scheduleDraw, async (draw) => {
          const schedule = buildSchedule(draw);
          const world = await SimulatedWorld.complete(schedule);
          for (const id of world.store.runIds) {
            expect(findingsOf(schedule.scenario.plan, world.store.wholeEntries(id))).toEqual(NOTHING);
          }
        }),
        { numRuns: Number(process.env['SIMULATED_SCHEDULES'] ?? 300) },
      );
    });
  });
});

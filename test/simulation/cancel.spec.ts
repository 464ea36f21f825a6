import fc from 'fast-check';
import { completeWithCrashes } from './crashes.js';
import { breachesOf } from './laws.js';
import { buildScenario, crashDraw, scenarioDraw } from './random-scenario.js';
import { Simulation } from './simulation.js';

describe('a run that is asked to cancel', () => {
  it('ends CANCELLED once the request is in its journal, at whatever moment, and starts only what must run even then', () => {
    fc.assert(
      fc.property(scenarioDraw, fc.nat(400), (draw, cancelAtMs) => {
        const scenario = { ...buildScenario(draw, { timed: true }), cancelAtMs };
        const entries = Simulation.complete(scenario).tape.entries();
        expect(breachesOf(scenario, entries)).toEqual([]);
        const isAsked = entries.some(({ type }) => type === 'run.cancel_requested');
        expect(entries.at(-1)?.type === 'run.cancelled').toBe(isAsked);
      }),
      { numRuns: 1_000 },
    );
  });

  it('ends CANCELLED also when it crashes after the request', () => {
    fc.assert(
      fc.property(scenarioDraw, crashDraw, fc.nat(200), (draw, crashes, cancelAtMs) => {
        const scenario = { ...buildScenario(draw, { timed: true }), cancelAtMs };
        const { tape } = completeWithCrashes(scenario, crashes);
        expect(breachesOf(scenario, tape.entries())).toEqual([]);
      }),
      { numRuns: 700 },
    );
  });

  it('waits for what it aborted no longer than the grace', () => {
    fc.assert(
      fc.property(scenarioDraw, fc.nat(200), (draw, cancelAtMs) => {
        const scenario = { ...buildScenario(draw, { timed: false }), cancelAtMs };
        const entries = Simulation.complete(scenario).tape.entries();
        const asked = entries.find(({ type }) => type === 'run.cancel_requested');
        const graceEnd = (asked?.ts ?? 0) + scenario.settings.cancelGraceSec * 1_000;
        const late = entries.filter(({ type, ts }) => type === 'node.cancelled' && ts > graceEnd);
        expect(late).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

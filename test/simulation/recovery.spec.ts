import fc from 'fast-check';
import { summariseNodes } from '../../src/executor/core/index.js';
import { completeWithCrashes } from './crashes.js';
import { type RandomScenario, buildScenario, crashDraw, scenarioDraw } from './random-scenario.js';
import { Simulation } from './simulation.js';

/**
 * What a run comes to. Attempts are left out, as interrupted ones count; so are times. Which of several failures came
 * first depends on when things happened, so of the run only the status is compared.
 */
function outcomeOf({ plan }: RandomScenario, { run }: Simulation): unknown {
  const nodes = summariseNodes(plan, run.state).map(({ id, status, error, skipReason, skipCauses }) => {
    const state = run.node(id);
    const output = state.status === 'SUCCESS' ? state.output : null;
    return { id, status, output, error: error === null ? null : error.type, skipReason, skipCauses };
  });
  return { status: run.status, nodes };
}

/*
 * Without cancels, without clocks that bound more than one attempt, and with `on_failure: finish`: in all of these the
 * moment decides who was in flight, so a run that lost some time rightly ends otherwise. The laws of the journal are
 * checked for those too, in every-run.spec.ts.
 */
describe('a run that crashed', () => {
  it('ends as it would have without the crashes', () => {
    fc.assert(
      fc.property(scenarioDraw, crashDraw, (draw, crashes) => {
        const scenario = buildScenario(draw, { timed: false });
        const crashed = completeWithCrashes(scenario, crashes);
        expect(outcomeOf(scenario, crashed)).toEqual(outcomeOf(scenario, Simulation.complete(scenario)));
      }),
      { numRuns: 1_500 },
    );
  });

  it('does so wherever its journal is cut, inside an append too', () => {
    fc.assert(
      fc.property(scenarioDraw, (draw) => {
        const scenario = buildScenario({ ...draw, nodes: draw.nodes.slice(0, 8) }, { timed: false });
        const whole = Simulation.complete(scenario);
        const expected = outcomeOf(scenario, whole);
        for (let keep = 1; keep < whole.tape.length; keep++) {
          const recovered = Simulation.recover(scenario, whole.tape, { keep, downtimeMs: 10 });
          expect({ keep, outcome: outcomeOf(scenario, recovered) }).toEqual({ keep, outcome: expected });
        }
      }),
      { numRuns: 150 },
    );
  });
});

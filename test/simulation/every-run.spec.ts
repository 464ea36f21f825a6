import fc from 'fast-check';
import { type JournalEntry, SKIP_REASONS } from '../../src/executor/core/index.js';
import { completeWithCrashes } from './crashes.js';
import { breachesOf } from './laws.js';
import { meaningOf } from './meaning.js';
import { endsOf, Oracle } from './oracle.js';
import { type ScenarioDraw, buildScenario, crashDraw, scenarioDraw } from './random-scenario.js';
import { Simulation } from './simulation.js';

const warningsOf = (entries: readonly JournalEntry[]): unknown => entries.at(-1)?.data?.['warnings'] ?? [];

describe('every run, whatever happens to it', () => {
  it('obeys the laws of the journal', () => {
    fc.assert(
      fc.property(scenarioDraw, (draw) => {
        const scenario = buildScenario(draw, { timed: true });
        const { tape } = Simulation.complete(scenario);
        expect(breachesOf(scenario, tape.entries())).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
  });

  it('obeys them when it crashes several times', () => {
    fc.assert(
      fc.property(scenarioDraw, crashDraw, (draw, crashes) => {
        const scenario = buildScenario(draw, { timed: true });
        const { tape } = completeWithCrashes(scenario, crashes);
        expect(breachesOf(scenario, tape.entries())).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
  });

  it('obeys them wherever its journal is cut, inside an append too', () => {
    fc.assert(
      fc.property(scenarioDraw, (draw) => {
        const scenario = buildScenario({ ...draw, nodes: draw.nodes.slice(0, 6) }, { timed: true });
        const { tape } = Simulation.complete(scenario);
        for (let keep = 1; keep < tape.length; keep++) {
          const recovered = Simulation.recover(scenario, tape, { keep, downtimeMs: 10 });
          expect(breachesOf(scenario, recovered.tape.entries())).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('obeys them when its clock runs out and a crash cuts that short', () => {
    fc.assert(
      fc.property(scenarioDraw, fc.integer({ min: 1, max: 150 }), (draw, timeoutMs) => {
        const drawn: ScenarioDraw = {
          ...draw,
          timeoutMs,
          cancelAtMs: null,
          expireMs: null,
          longestMs: 200,
          concurrency: 4,
        };
        const scenario = buildScenario({ ...drawn, nodes: draw.nodes.slice(0, 6) }, { timed: true });
        const { tape } = Simulation.complete(scenario);
        for (let keep = Math.max(1, tape.length - 8); keep < tape.length; keep++) {
          const recovered = Simulation.recover(scenario, tape, { keep, downtimeMs: 0 });
          expect(breachesOf(scenario, recovered.tape.entries())).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is in the state to which its journal folds', () => {
    fc.assert(
      fc.property(scenarioDraw, crashDraw, (draw, crashes) => {
        const scenario = buildScenario(draw, { timed: true });
        const { run } = completeWithCrashes(scenario, crashes);
        expect(meaningOf(run.tape.fold(scenario.plan))).toEqual(meaningOf(run.state));
      }),
      { numRuns: 700 },
    );
  });

  it('is the same run again from the same seed', () => {
    fc.assert(
      fc.property(scenarioDraw, (draw) => {
        const again = (): string => Simulation.complete(buildScenario(draw, { timed: true })).tape.toString();
        expect(again()).toBe(again());
      }),
      { numRuns: 300 },
    );
  });
});

describe('a run that nothing from outside ends', () => {
  it('runs, fails and skips each node as the rules say', () => {
    fc.assert(
      fc.property(scenarioDraw, (draw) => {
        const scenario = buildScenario(draw, { timed: false });
        const { tape } = Simulation.complete(scenario);
        const ends = endsOf(tape.entries());
        const oracle = new Oracle(scenario, ends);
        for (const node of scenario.nodes) {
          const expected = oracle.expected(node);
          const end = ends.get(node.id);
          if (expected.kind === 'runs') {
            expect(['SUCCESS', 'FAILED']).toContain(end?.status);
            expect(end?.attempts).toBeGreaterThan(0);
          } else if (expected.kind === 'misses_keys') {
            expect(end).toMatchObject({ status: 'FAILED', attempts: 0, error: { type: 'MissingInput' } });
          } else {
            expect(end).toMatchObject({ status: 'SKIPPED', reason: expected.reason });
            expect([...(end?.causes ?? [])].sort()).toEqual([...expected.causes].sort());
          }
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('fails exactly if a failure was unhandled, a strict condition broke or no sink was reached', () => {
    fc.assert(
      fc.property(scenarioDraw, (draw) => {
        const scenario = buildScenario(draw, { timed: false });
        const entries = Simulation.complete(scenario).tape.entries();
        const oracle = new Oracle(scenario, endsOf(entries));
        expect(entries.at(-1)?.type).toBe(oracle.isFailed ? 'run.failed' : 'run.succeeded');
        if (!oracle.isFailed) expect(warningsOf(entries)).toEqual(oracle.isNoSinkReached ? ['no_sink_reached'] : []);
      }),
      { numRuns: 700 },
    );
  });

  it('blames a failed node for each chain that a failure began, and names the weightiest cause first', () => {
    fc.assert(
      fc.property(scenarioDraw, (draw) => {
        const scenario = buildScenario(draw, { timed: false });
        const ends = endsOf(Simulation.complete(scenario).tape.entries());
        for (const { status, reason, causes = [], roots = [] } of ends.values()) {
          if (status !== 'SKIPPED') continue;
          const ranks = causes.map((cause) => SKIP_REASONS.findIndex((candidate) => cause.endsWith(` ${candidate}`)));
          expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
          const root = ends.get(roots[0] ?? '');
          if (reason === 'upstream_failed') expect(root?.status).toBe('FAILED');
          else expect(root?.status).not.toBe('SKIPPED');
        }
      }),
      { numRuns: 700 },
    );
  });
});

import fc from 'fast-check';
import { type NodeDefinition, summariseNodes } from '../../src/executor/core/index.js';
import { LiveRun, type RetryAsked } from '../support/live-run.js';
import { breachesOf } from './laws.js';
import { type RandomScenario, type ScenarioDraw, buildScenario, crashDraw, scenarioDraw } from './random-scenario.js';
import { type Agents, type Scenario, Simulation } from './simulation.js';

/** How nodes ended, by id; attempts and times are those of one run and are left out. */
function outcomeOf({ run }: Simulation): unknown {
  const nodes = summariseNodes(run.plan, run.state).map(({ id, status, error, skipReason, skipCauses }) => {
    const state = run.node(id);
    const output = state.status === 'SUCCESS' ? state.output : null;
    return { id, status, output, error: error === null ? null : error.type, skipReason, skipCauses };
  });
  return { status: run.status, nodes };
}

/** What succeeds at the first try would succeed again; of what fails, half is mended. */
const mended = (agents: Agents): Agents => {
  return (call) => {
    const first = agents({ ...call, tryNumber: 1 });
    const isMended = first.end.kind === 'failure' && Number(call.nodeId.slice(1)) % 2 === 0;
    return isMended ? { ...first, end: { kind: 'success', output: { v: 5, flag: true, nested: { k: 5 } } } } : first;
  };
};
const sameEachTry = (agents: Agents): Agents => {
  return (call) => agents({ ...call, tryNumber: 1 });
};

interface World {
  readonly before: RandomScenario;
  readonly after: Scenario;
  readonly past: Simulation;
}

function worldOf(draw: ScenarioDraw): World {
  const drawn = buildScenario(draw, { timed: false });
  const before = { ...drawn, agents: sameEachTry(drawn.agents) };
  return { before, after: { ...before, agents: mended(drawn.agents) }, past: Simulation.complete(before) };
}

const isHandler = ({ edges }: RandomScenario, { id }: NodeDefinition): boolean =>
  edges.some(({ to, on }) => to === id && on !== 'success');

describe('a retry', () => {
  it('ends as a fresh run would have ended', () => {
    fc.assert(
      fc.property(scenarioDraw, (draw) => {
        const { after, past } = worldOf(draw);
        expect(outcomeOf(Simulation.retry(after, past))).toEqual(outcomeOf(Simulation.complete(after)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('does so from any nodes, with any input', () => {
    const asked = fc.record({ from: fc.array(fc.nat(), { maxLength: 3 }), v: fc.nat(9) });
    fc.assert(
      fc.property(scenarioDraw, asked, (draw, { from, v }) => {
        const { before, after, past } = worldOf(draw);
        const input = { v, flag: v % 2 === 0, nested: { k: v } };
        const named = from.map((node) => `n${node % before.nodes.length}`);
        const retried = Simulation.retry(after, past, { input, from: named });
        expect(outcomeOf(retried)).toEqual(outcomeOf(Simulation.complete({ ...after, input })));
        const reused = retried.run.eventsOf('node.reused').map(({ nodeId }) => nodeId);
        expect(reused.filter((id) => named.includes(id))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('obeys the laws of the journal, however often it crashes', () => {
    fc.assert(
      fc.property(scenarioDraw, crashDraw, (draw, crashes) => {
        const { before, after, past } = worldOf(draw);
        let retried = Simulation.retry(after, past);
        const expected = outcomeOf(retried);
        const whole = 1 + retried.run.eventsOf('node.reused').length;
        for (const { share, downtimeMs } of crashes) {
          const keep = Math.min(
            retried.tape.length - 1,
            whole + Math.floor((share / 100) * (retried.tape.length - whole)),
          );
          retried = Simulation.recover(after, retried.tape, { keep: Math.max(whole, keep), downtimeMs });
        }
        expect(breachesOf(before, retried.tape.entries())).toEqual([]);
        expect(outcomeOf(retried)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('obeys them whatever ended the run before: a cancellation, a clock, a failure', () => {
    fc.assert(
      fc.property(scenarioDraw, crashDraw, fc.boolean(), (draw, crashes, isCancelled) => {
        const drawn = isCancelled ? draw : { ...draw, cancelAtMs: null };
        const past = Simulation.complete(buildScenario(draw, { timed: true }));
        const scenario = buildScenario(drawn, { timed: true });
        let retried = Simulation.retry(scenario, past);
        const whole = 1 + retried.run.eventsOf('node.reused').length;
        for (const { share, downtimeMs } of crashes) {
          const grown = retried.tape.length - whole;
          const keep = Math.min(retried.tape.length - 1, whole + Math.floor((share / 100) * grown));
          expect(breachesOf(scenario, retried.tape.entries())).toEqual([]);
          retried = Simulation.recover(scenario, retried.tape, { keep: Math.max(whole, keep), downtimeMs });
        }
        expect(breachesOf(scenario, retried.tape.entries())).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('that changes nothing reuses every success that does not look at how others ended, nor stands behind one', () => {
    fc.assert(
      fc.property(scenarioDraw, (draw) => {
        const { before, past } = worldOf({ ...draw, failing: 0 });
        const fresh = new Set<string>();
        for (const index of past.run.plan.topological) {
          const node = past.run.plan.nodes[index]?.definition;
          if (node === undefined) continue;
          const isBehind = before.edges.some(({ from, to }) => to === node.id && fresh.has(from));
          const hasRun = past.run.node(node.id).status !== 'SKIPPED';
          const hasFailed = past.run.node(node.id).status === 'FAILED';
          if (isBehind || (hasRun && (hasFailed || node.join === 'settled' || isHandler(before, node))))
            fresh.add(node.id);
        }
        const succeeded = before.nodes.filter(({ id }) => past.run.node(id).status === 'SUCCESS').map(({ id }) => id);
        const { reused } = LiveRun.planRetry(past.run);
        expect(reused.map(({ nodeId }) => nodeId)).toEqual(succeeded.filter((id) => !fresh.has(id)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('reuses nothing downstream of a node that runs again', () => {
    fc.assert(
      fc.property(scenarioDraw, fc.nat(), (draw, from) => {
        const { before, after, past } = worldOf(draw);
        const { run } = Simulation.retry(after, past, { from: [`n${from % before.nodes.length}`] });
        const started = new Set(run.starts);
        const reused = new Set(run.eventsOf('node.reused').map(({ nodeId }) => nodeId));
        for (const edge of before.edges) expect(started.has(edge.from) && reused.has(edge.to)).toBe(false);
        expect([...started].filter((id) => reused.has(id))).toEqual([]);
      }),
      { numRuns: 700 },
    );
  });

  it('runs what it lists as rerun or skips it, and nothing else', () => {
    const asked = fc.record({ skip: fc.nat(), given: fc.nat() });
    fc.assert(
      fc.property(scenarioDraw, asked, (draw, { skip, given }) => {
        const { before, after, past } = worldOf(draw);
        const size = before.nodes.length;
        const skipped = `n${skip % size}`;
        const supplied = `n${(skip + 1 + (given % (size - 1))) % size}`;
        const retry: RetryAsked = { skip: [skipped], given: { [supplied]: { v: 3 } } };
        const { reused, rerun } = LiveRun.planRetry(past.run, retry);
        const { run } = Simulation.retry(after, past, retry);
        const listed = [...reused.map(({ nodeId }) => nodeId), ...rerun, skipped];
        expect(listed.sort()).toEqual(before.nodes.map(({ id }) => id).sort());
        expect(run.starts.filter((id) => !rerun.includes(id))).toEqual([]);
        expect(run.node(skipped).status).toBe('SKIPPED');
        expect(run.node(supplied)).toMatchObject({ status: 'SUCCESS', output: { v: 3 } });
      }),
      { numRuns: 700 },
    );
  });

  it('can be retried itself, and ends as a fresh run too', () => {
    fc.assert(
      fc.property(scenarioDraw, fc.boolean(), (draw, isCancelled) => {
        const { before, after, past } = worldOf(draw);
        const second = isCancelled ? cancelledInQueue(past) : Simulation.retry(before, past);
        expect(outcomeOf(Simulation.retry(after, second))).toEqual(outcomeOf(Simulation.complete(after)));
      }),
      { numRuns: 500 },
    );
  });
});

/** A retry that was cancelled before it began. */
function cancelledInQueue(past: Simulation): Pick<Simulation, 'run'> {
  const run = LiveRun.retryOf(past.run);
  run.cancel();
  return { run };
}

import fc from 'fast-check';
import {
  type NodeEvent,
  type NodeExplanation,
  decodeEntry,
  explainNode,
  nodeRecord,
} from '../../src/executor/core/index.js';
import { completeWithCrashes } from './crashes.js';
import { type RandomScenario, buildScenario, crashDraw, scenarioDraw } from './random-scenario.js';
import type { Simulation } from './simulation.js';

function explanationsOf({ plan }: RandomScenario, { run, tape }: Simulation): NodeExplanation[] {
  const entries = tape.entries();
  return plan.nodes.map((node) => {
    const own = entries.filter(({ nodeId, attempt }) => nodeId === node.definition.id && attempt !== 0);
    const events = own.map((entry) => decodeEntry(entry) as NodeEvent);
    return explainNode(plan, run.state, node, events);
  });
}

describe('the explanation of every node of every run', () => {
  it('agrees with what happened', () => {
    fc.assert(
      fc.property(scenarioDraw, crashDraw, (draw, crashes) => {
        const scenario = buildScenario(draw, { timed: true });
        const simulation = completeWithCrashes(scenario, crashes);
        for (const explanation of explanationsOf(scenario, simulation)) {
          const index = scenario.plan.indexOf.get(explanation.id) ?? -1;
          const record = nodeRecord(simulation.run.state, index);
          const own = record.state;
          const { status, edges, attempts, chain, waitsFor } = explanation;
          expect([explanation.id, status, waitsFor]).toEqual([explanation.id, own.status, null]);
          expect([explanation.id, attempts.length]).toEqual([explanation.id, record.attempts]);
          expect(attempts.filter(({ endedAt }) => endedAt === null)).toEqual([]);
          // A condition that is shown says what the edge became.
          for (const { condition, verdict } of edges) {
            if (condition !== null && condition.holds !== null) expect(verdict === 'taken').toBe(condition.holds);
          }
          if (own.status === 'SKIPPED') {
            const refused = edges.filter(({ verdict }) => verdict === 'not_taken').map(({ from }) => from);
            expect([...new Set(own.causes.map(({ from }) => from))].filter((from) => !refused.includes(from))).toEqual(
              [],
            );
            const last = chain.at(-1)?.node;
            if (own.root !== '$input' && own.causes.length > 0) expect(chain.map(({ node }) => node)).toContain(last);
          }
          if (status === 'SUCCESS' || status === 'CANCELLED') expect(chain).toEqual([]);
          else expect(chain[0]?.node).toBe(explanation.id);
        }
      }),
      { numRuns: 600 },
    );
  });
});

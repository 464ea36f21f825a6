import type { GraphDefinition, RunSettings } from '../../src/executor/core/index.js';
import { edge, graph, node } from '../support/graph-builder.js';
import { type LiveRun } from '../support/live-run.js';
import { type Script, fails, scenarioOf, succeeds } from './scripted-agents.js';
import { Simulation } from './simulation.js';

const complete = (
  definition: GraphDefinition,
  scripts: Readonly<Record<string, Script>> = {},
  given: Partial<RunSettings> = {},
): LiveRun => Simulation.complete(scenarioOf(definition, scripts, given)).run;

/** Two edges out of `from`, of which the first is taken when its output says `left`. */
const branch = (from: string, left: string, right: string) => [
  edge(from, left, { group: 'way', cond: { var: 'way', op: '==', value: 'left' } }),
  edge(from, right, { group: 'way', else: true }),
];

describe('the ten cases', () => {
  it('(a) runs an `any` merge after a branch with the data of the branch that was taken', () => {
    const run = complete(
      graph(
        ['fork', 'left', 'right', node('merge', { join: 'any' })],
        [
          ...branch('fork', 'left', 'right'),
          edge('left', 'merge', { map: { text: 'said' } }),
          edge('right', 'merge', { map: { text: 'said' } }),
        ],
      ),
      { fork: [succeeds({ way: 'left' })], left: [succeeds({ said: 'l' })] },
    );
    expect(run.status).toBe('SUCCESS');
    expect(run.statuses).toEqual({ fork: 'SUCCESS', left: 'SUCCESS', right: 'SKIPPED', merge: 'SUCCESS' });
    expect(run.skip('right')).toEqual(['cond_false', 'fork: cond_false (fork)']);
  });

  it('(b) runs it two levels deep', () => {
    const run = complete(
      graph(
        ['fork', 'left', 'right', 'inner', 'up', 'down', node('near', { join: 'any' }), node('far', { join: 'any' })],
        [
          ...branch('fork', 'left', 'inner'),
          ...branch('inner', 'up', 'down'),
          'up -> near',
          'down -> near',
          'left -> far',
          'near -> far',
          'left -> right',
        ],
      ),
      { fork: [succeeds({ way: 'right' })], inner: [succeeds({ way: 'right' })] },
    );
    expect(run.status).toBe('SUCCESS');
    expect(run.statuses).toMatchObject({
      left: 'SKIPPED',
      up: 'SKIPPED',
      down: 'SUCCESS',
      near: 'SUCCESS',
      far: 'SUCCESS',
    });
    expect(run.skip('right')).toEqual(['upstream_skipped', 'left: upstream_skipped (fork)']);
  });

  it('(c) skips an `all` merge after a branch', () => {
    const run = complete(
      graph(
        ['fork', 'left', 'right', 'merge'],
        [...branch('fork', 'left', 'right'), 'left -> merge', 'right -> merge'],
      ),
      { fork: [succeeds({ way: 'left' })] },
    );
    expect(run.status).toBe('SUCCESS');
    expect(run.skip('merge')).toEqual(['upstream_skipped', 'right: upstream_skipped (fork)']);
  });

  it('(d) blames the failure when one source failed and another was skipped', () => {
    const run = complete(
      graph(
        ['fork', 'broken', 'skipped', 'joint'],
        [
          'fork -> broken',
          edge('fork', 'skipped', { cond: { var: 'way', op: '==', value: 'left' } }),
          'skipped -> joint',
          'broken -> joint',
        ],
      ),
      { fork: [succeeds({ way: 'right' })], broken: [fails()] },
    );
    expect(run.status).toBe('FAILED');
    expect(run.skip('joint')).toEqual([
      'upstream_failed',
      'broken: upstream_failed (broken)',
      'skipped: upstream_skipped (fork)',
    ]);
  });

  it('(e) skips what needs the data of an optional node that failed', () => {
    const run = complete(
      graph(
        [node('maybe', { optional: true }), node('reader', { type: 'needs_text' })],
        [edge('maybe', 'reader', { map: { text: 'said' } })],
      ),
      { maybe: [fails()] },
    );
    expect(run.status).toBe('SUCCESS');
    expect(run.statuses.maybe).toBe('FAILED');
    expect(run.skip('reader')).toEqual(['missing_input', 'maybe: missing_input (maybe)']);
  });

  it('(f) succeeds when a failure edge was taken', () => {
    const run = complete(graph(['broken', 'handler'], [edge('broken', 'handler', { on: 'failure' })]), {
      broken: [fails()],
    });
    expect(run.status).toBe('SUCCESS');
    expect(run.statuses).toEqual({ broken: 'FAILED', handler: 'SUCCESS' });
    expect(run.result.summary).toEqual({ succeeded: 1, failedHandled: 1, skipped: 0 });
  });

  it('(g) names the handler that failed, and the failure it handled as the first cause', () => {
    const run = complete(graph(['broken', 'handler'], [edge('broken', 'handler', { on: 'failure' })]), {
      broken: [fails({ message: 'no disk' })],
      handler: [fails({ message: 'no luck' })],
    });
    expect(run.status).toBe('FAILED');
    expect(run.state.error).toMatchObject({
      nodeId: 'handler',
      error: { message: 'no luck' },
      firstCause: { nodeId: 'broken', error: { message: 'no disk' } },
    });
  });

  it('(h) fails although a settled leaf succeeded after the failure', () => {
    const run = complete(graph(['broken', node('report', { join: 'settled' })], ['broken -> report']), {
      broken: [fails()],
    });
    expect(run.status).toBe('FAILED');
    expect(run.statuses.report).toBe('SUCCESS');
    expect(run.state.error?.nodeId).toBe('broken');
  });

  it('(i) skips an `any` join when a source failed unhandled, also when another edge was taken', () => {
    const run = complete(
      graph(['fine', 'broken', node('merge', { join: 'any' })], ['fine -> merge', 'broken -> merge']),
      { broken: [fails()] },
    );
    expect(run.status).toBe('FAILED');
    expect(run.skip('merge')).toEqual(['upstream_failed', 'broken: upstream_failed (broken)']);
  });

  it('(j) runs a join exactly once when the process dies between its two parents', () => {
    const scenario = scenarioOf(graph(['early', 'late', 'joint'], ['early -> joint', 'late -> joint']), {
      late: [succeeds({}, 50)],
    });
    const { tape } = Simulation.complete(scenario);
    const ends = tape.entries().filter(({ type }) => type === 'node.succeeded');
    const [early, late] = ['early', 'late'].map((id) => ends.find(({ nodeId }) => nodeId === id)?.seq ?? 0);
    expect(early).toBeLessThan(late ?? 0);
    for (let keep = early ?? 0; keep <= (late ?? 0); keep++) {
      const { run } = Simulation.recover(scenario, tape, { keep, downtimeMs: 1_000 });
      expect(run.status).toBe('SUCCESS');
      expect(run.starts.filter((id) => id === 'joint')).toHaveLength(1);
      expect(run.starts.filter((id) => id === 'early')).toHaveLength(1);
    }
  });
});

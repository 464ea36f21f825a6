import { edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun } from '../../../test/support/live-run.js';
import type { PlanNode } from './compile.js';
import { runId } from './ids.js';
import { resolveInput } from './resolved-input.js';

function resolved(run: LiveRun, id: string): ReturnType<typeof resolveInput> {
  const target = run.plan.nodes.find(({ definition }) => definition.id === id) as PlanNode;
  return resolveInput({ runId: runId('r_1'), plan: run.plan, state: run.state, node: target, env: { KEY: 'k' } });
}

describe('resolveInput', () => {
  const params = { read: '${ nodes.a.output.v }', key: 'it is ${ env.KEY }' };
  const definition = graph(['a', node('b', { params, join: 'settled' })], [edge('a', 'b', { map: { text: 'v' } })]);

  it('fills templates in and gathers what edges brought', () => {
    const run = LiveRun.started(definition);
    run.succeed('a', { v: 7 });
    expect(resolved(run, 'b')).toEqual({ ok: true, input: { text: 7 }, params: { read: 7, key: 'it is k' } });
  });

  it('says which template cannot be filled in, such as one over a node that failed', () => {
    const run = LiveRun.started(definition);
    run.fail('a');
    expect(resolved(run, 'b')).toMatchObject({ ok: false, pointer: '/read' });
  });

  it('lets an edge override a param', () => {
    const target = node('b', { type: 'needs_url_param', params: { url: 'old' } });
    const run = LiveRun.started(graph(['a', target], [edge('a', 'b', { map: { url: 'v' } })]));
    run.succeed('a', { v: 'new' });
    expect(resolved(run, 'b')).toEqual({ ok: true, input: {}, params: { url: 'new' } });
  });
});

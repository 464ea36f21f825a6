import { edge, graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun } from '../../../test/support/live-run.js';
import type { PlanNode } from './compile.js';
import type { Json } from './json.js';
import { gatherInput, upstreamOutcomes } from './node-input.js';

const planNode = (run: LiveRun, id: string): PlanNode => run.plan.nodes[run.plan.indexOf.get(id)!]!;
const gathered = (run: LiveRun, id: string) => gatherInput(run.plan, run.state, planNode(run, id));
const upstream = (run: LiveRun, id: string) => upstreamOutcomes(run.plan, run.state, planNode(run, id));

describe('the input of a node', () => {
  it('is what taken edges map out of their sources and out of the input of the run', () => {
    const run = LiveRun.started(
      graph(
        ['a', 'b'],
        [
          edge('a', 'b', { map: { title: 'json.items.0.title', count: 'n' } }),
          edge('$input', 'b', { map: { lang: 'lang' } }),
        ],
      ),
      {},
      { lang: 'fr' },
    );
    run.succeed('a', { n: null, json: { items: [{ title: 'first' }] } });
    expect(gathered(run, 'b')).toEqual({ input: { title: 'first', count: null, lang: 'fr' }, params: {} });
  });

  it('lacks a key whose path leads nowhere, and everything an edge without a map brings', () => {
    const run = LiveRun.started(graph(['a', 'b'], [edge('a', 'b', { map: { text: 'no.where' } })]));
    run.succeed('a', { yes: 1 });
    expect(gathered(run, 'b')).toEqual({ input: {}, params: {} });
  });

  it('takes a key that two edges write from the later in spec order', () => {
    const run = LiveRun.started(
      graph(['a', 'b', 'c'], [edge('b', 'c', { map: { v: 'v' } }), edge('a', 'c', { map: { v: 'v' } })]),
    );
    run.succeed('a', { v: 'a' });
    run.succeed('b', { v: 'b' });
    expect(gathered(run, 'c').input).toEqual({ v: 'a' });
  });

  it('takes nothing over an edge that was not taken', () => {
    const run = LiveRun.started(
      graph(
        ['a', 'b', node('c', { join: 'any' })],
        [
          edge('a', 'c', { map: { v: 'v' }, cond: { var: 'v', op: '==', value: 'b' } }),
          edge('b', 'c', { map: { w: 'v' } }),
        ],
      ),
    );
    run.succeed('a', { v: 'a' });
    run.succeed('b', { v: 'b' });
    expect(gathered(run, 'c').input).toEqual({ w: 'b' });
  });

  it('holds parts of the error after a failure, and nothing after the failure of an optional node', () => {
    const run = LiveRun.started(
      graph(
        [node('a', { optional: true }), node('c', { type: 'defaults_text' }), 'handler'],
        [
          edge('a', 'handler', {
            on: 'failure',
            map: { type: 'error.type', said: 'error.message', tries: 'error.attempts' },
          }),
          edge('a', 'c', { map: { text: 'error.message' } }),
        ],
      ),
    );
    run.fail('a', { message: 'no disk' });
    expect(gathered(run, 'handler').input).toEqual({ type: 'Broken', said: 'no disk', tries: 1 });
    expect(gathered(run, 'c').input).toEqual({});
  });

  it('carries keys such as __proto__ as data', () => {
    const definition = graph(['a', 'b'], [{ ...edge('a', 'b'), map: [['__proto__', 'v']] }]);
    const run = LiveRun.started(definition);
    run.succeed('a', { v: 1 });
    expect(Object.entries(gathered(run, 'b').input)).toEqual([['__proto__', 1]]);
  });

  it('leaves a key that only the params know to the params', () => {
    const run = LiveRun.started(
      graph(
        ['a', node('b', { type: 'needs_url_param', params: { url: 'http://default' } })],
        [edge('a', 'b', { map: { url: 'link' } })],
      ),
    );
    run.succeed('a', { link: 'http://mapped' });
    expect(gathered(run, 'b')).toEqual({ input: {}, params: { url: 'http://mapped' } });
  });
});

describe('a key that the agent needs', () => {
  const ended = (type: string, output: Json, join: 'all' | 'settled' = 'all'): LiveRun => {
    const key = type === 'needs_text' ? 'text' : 'url';
    const run = LiveRun.started(graph(['a', node('b', { type, join })], [edge('a', 'b', { map: { [key]: 'v' } })]));
    run.succeed('a', output);
    return run;
  };

  it.each([
    ['needs_text', 'text'],
    ['needs_url_param', 'url'],
  ])('fails its node at once and by name when nothing supplied it (%s)', (type, key) => {
    const run = ended(type, {});
    expect(run.node('b')).toMatchObject({
      status: 'FAILED',
      error: { type: 'MissingInput', retryable: false, attempts: 0, details: { keys: [key] } },
    });
    expect(run.state.error?.message).toContain(`"${key}"`);
    expect(run.starts).toEqual(['a']);
  });

  it.each(['needs_text', 'needs_url_param'])('lets its node run when an edge supplied it (%s)', (type) => {
    expect(ended(type, { v: 'x' }).statuses.b).toBe('RUNNING');
  });

  it('is needed by a settled node as by any', () => {
    expect(ended('needs_text', {}, 'settled').statuses.b).toBe('FAILED');
  });

  it('may stand in the params', () => {
    const run = LiveRun.started(graph([node('a', { type: 'needs_url_param', params: { url: 'http://example' } })]));
    expect(run.statuses.a).toBe('RUNNING');
  });

  it('may be missing handled, like any failure', () => {
    const run = LiveRun.started(
      graph([node('a', { type: 'needs_text' }), 'handler'], [edge('a', 'handler', { on: 'failure' })]),
    );
    expect(run.statuses).toEqual({ a: 'FAILED', handler: 'RUNNING' });
  });
});

describe('$upstream', () => {
  it('says of each source how it ended, and of `$input` nothing', () => {
    const run = LiveRun.started(
      graph(
        ['fine', 'broken', 'skipped', node('report', { join: 'settled' })],
        ['broken -> skipped', 'fine -> report', 'broken -> report', 'skipped -> report', '$input -> report'],
      ),
    );
    run.succeed('fine');
    run.fail('broken');
    expect(upstream(run, 'report')).toEqual({
      fine: { status: 'SUCCESS' },
      broken: { status: 'FAILED', error: { type: 'Broken', message: 'broken broke', attempts: 1 } },
      skipped: { status: 'SKIPPED' },
    });
  });
});

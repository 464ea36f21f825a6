import { toGraphDefinition } from './graph-definition.js';
import { type GraphSpec, graphSpec } from './graph-spec.js';

function definitionOf(json: string): ReturnType<typeof toGraphDefinition> {
  const body: unknown = JSON.parse(json);
  expect(graphSpec.safeParse(body).error).toBeUndefined();
  return toGraphDefinition(body as GraphSpec);
}

describe('toGraphDefinition', () => {
  it('fills the defaults in', () => {
    const { nodes, edges, sinks } = definitionOf(
      '{"name":"g","nodes":[{"id":"a","type":"agent.echo"},{"id":"b","type":"agent.echo"}],"edges":[{"from":"a","to":"b"}]}',
    );
    expect(nodes[0]).toEqual({
      id: 'a',
      type: 'agent.echo',
      params: {},
      retry: {},
      optional: false,
      join: 'all',
      onInterrupt: 'retry',
      alwaysOnCancel: false,
      reuse: 'auto',
    });
    expect(edges).toEqual([{ from: 'a', to: 'b', map: [], on: 'success', else: false }]);
    expect(sinks).toBeUndefined();
  });

  it('carries over all that a graph may say', () => {
    const node = {
      id: 'a',
      type: 'agent.echo',
      label: 'A',
      params: { x: 1 },
      timeout_sec: 1,
      idle_timeout_sec: 2,
      retries: 3,
      retry: { base_sec: 1, factor: 2, max_delay_sec: 3, jitter: 'none', total_sec: 4, on: 'true' },
      optional: true,
      join: 'settled',
      on_interrupt: 'fail',
      always_on_cancel: true,
      reuse: 'never',
    };
    const edge = {
      from: '$input',
      to: 'a',
      map: { k: 'p' },
      on: 'done',
      cond: { not: { var: 'k', op: 'exists' } },
      group: 'g',
      else: true,
    };
    const { nodes, edges, sinks } = definitionOf(
      JSON.stringify({ name: 'g', nodes: [node], edges: [edge], sinks: ['a'] }),
    );
    expect(nodes).toEqual([
      {
        id: 'a',
        type: 'agent.echo',
        label: 'A',
        params: { x: 1 },
        timeoutSec: 1,
        idleTimeoutSec: 2,
        retries: 3,
        retry: { baseSec: 1, factor: 2, maxDelaySec: 3, jitter: 'none', totalSec: 4, on: 'true' },
        optional: true,
        join: 'settled',
        onInterrupt: 'fail',
        alwaysOnCancel: true,
        reuse: 'never',
      },
    ]);
    expect(edges).toEqual([{ ...edge, map: [['k', 'p']] }]);
    expect(sinks).toEqual(['a']);
  });

  it('keeps keys that JavaScript treats in a special way, and the order of a map', () => {
    const { nodes, edges } = definitionOf(
      '{"name":"g","nodes":[{"id":"__proto__","type":"t","params":{"__proto__":1}},{"id":"constructor","type":"t"}],' +
        '"edges":[{"from":"__proto__","to":"constructor","map":{"z":"z","__proto__":"p","a":"a"}}]}',
    );
    expect(Object.entries(nodes[0]?.params ?? {})).toEqual([['__proto__', 1]]);
    expect(edges[0]?.map).toEqual([
      ['z', 'z'],
      ['__proto__', 'p'],
      ['a', 'a'],
    ]);
  });
});

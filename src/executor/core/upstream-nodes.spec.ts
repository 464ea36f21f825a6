import { edge, graph, planOf } from '../../../test/support/graph-builder.js';
import { UpstreamNodes } from './upstream-nodes.js';

const plan = planOf(
  graph(
    ['a', 'b', 'c', 'd', ...Array.from({ length: 40 }, (_, index) => `n${index}`)],
    [
      'a -> b',
      'b -> c',
      edge('$input', 'd'),
      'a -> n0',
      ...Array.from({ length: 39 }, (_, index) => `n${index} -> n${index + 1}`),
    ],
  ),
);
const at = (id: string): number => plan.indexOf.get(id) ?? -1;

describe('UpstreamNodes', () => {
  it('knows what is upstream, over any number of edges', () => {
    const upstream = new UpstreamNodes(plan, ['a', 'b', 'd', 'a', 'nobody']);
    expect(['a', 'b', 'c', 'd', 'n39'].filter((id) => upstream.includes(at(id), 'a'))).toEqual(['b', 'c', 'n39']);
    expect(upstream.includes(at('c'), 'b')).toBe(true);
    expect(upstream.includes(at('c'), 'd')).toBe(false);
  });

  it('says nothing of nodes that were not named, or that the graph does not have', () => {
    const upstream = new UpstreamNodes(plan, ['nobody']);
    expect(upstream.includes(at('b'), 'a')).toBe(false);
    expect(upstream.includes(at('b'), 'nobody')).toBe(false);
  });

  it('keeps more than a word of names apart', () => {
    const upstream = new UpstreamNodes(plan, plan.indexOf.keys());
    for (let index = 0; index < 40; index++) {
      expect(upstream.includes(at('n20'), `n${index}`)).toBe(index < 20);
    }
  });

  it('ends at nodes that wait for no source', () => {
    const upstream = new UpstreamNodes(plan, ['a', 'b'], ({ definition }) => definition.id === 'b');
    expect(upstream.includes(at('c'), 'b')).toBe(true);
    expect(upstream.includes(at('c'), 'a')).toBe(false);
    expect(upstream.includes(at('b'), 'a')).toBe(true);
  });
});

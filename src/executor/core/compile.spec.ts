import { edge, graph, node, planOf } from '../../../test/support/graph-builder.js';
import { FROM_INPUT, UnknownNodeError } from './compile.js';
import { CyclicGraphError } from './errors.js';
import { ExpressionSyntaxError } from './expressions.js';
import type { GraphDefinition } from './graph-definition.js';
import { PathSyntaxError } from './paths.js';

const cycleOf = (definition: GraphDefinition): readonly string[] => {
  try {
    planOf(definition);
  } catch (error) {
    if (error instanceof CyclicGraphError) return error.cycle;
    throw error;
  }
  return [];
};

describe('compile', () => {
  it('numbers nodes and edges in spec order and links them both ways', () => {
    const plan = planOf(graph(['a', 'b', 'c'], ['a -> c', 'b -> c', '$input -> b']));
    expect(plan.nodes.map(({ definition, incoming, outgoing }) => [definition.id, incoming, outgoing])).toEqual([
      ['a', [], [0]],
      ['b', [2], [1]],
      ['c', [0, 1], []],
    ]);
    expect(plan.edges.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [1, 2],
      [FROM_INPUT, 1],
    ]);
    expect(plan.inputEdges).toEqual([2]);
    expect(plan.indexOf.get('c')).toBe(2);
  });

  it('tells nodes with a node as source from those fed by the input alone', () => {
    const plan = planOf(graph(['a', 'b', 'c'], ['$input -> b', '$input -> c', 'a -> c']));
    expect(plan.nodes.map(({ hasNodeSource }) => hasNodeSource)).toEqual([false, false, true]);
  });

  it('sorts every source before its targets', () => {
    const { topological } = planOf(
      graph(['d', 'c', 'b', 'a'], ['a -> b', 'b -> c', 'a -> d', 'c -> d', '$input -> c']),
    );
    expect(topological).toEqual([3, 2, 1, 0]);
  });

  it('parses paths, conditions, templates and `retry.on` once', () => {
    const { nodes, edges } = planOf(
      graph(
        [node('a', { params: { greeting: 'hello ${input.name}' }, retry: { on: 'error.status == 503' } }), 'b'],
        [edge('a', 'b', { map: { text: 'json.items.0' }, cond: 'output.v > 1' })],
      ),
    );
    expect(edges[0]?.map).toEqual([{ key: 'text', path: ['json', 'items', '0'] }]);
    expect(edges[0]?.condition).toBeDefined();
    expect(nodes[0]?.params.isStatic).toBe(false);
    expect(nodes[0]?.retryOn).toBeDefined();
    expect(nodes[1]?.retryOn).toBeUndefined();
  });

  it('names a cycle in order, also one behind other nodes and fed by the input', () => {
    const behind = graph(
      ['start', 'a', 'b', 'c', 'end'],
      ['start -> a', '$input -> a', 'a -> b', 'b -> c', 'c -> a', 'c -> end'],
    );
    expect(cycleOf(behind)).toEqual(['b', 'c', 'a', 'b']);
    expect(() => planOf(behind)).toThrow('the graph has a cycle: b -> c -> a -> b');
  });

  it('names a node that is its own source', () => {
    expect(cycleOf(graph(['a'], ['a -> a']))).toEqual(['a', 'a']);
  });

  it.each([['nowhere -> a'], ['a -> nowhere']])('refuses the edge %s, which names no node', (arrow) => {
    expect(() => planOf(graph(['a'], [arrow]))).toThrow(UnknownNodeError);
  });

  it('refuses paths, conditions and templates that do not parse', () => {
    expect(() => planOf(graph(['a', 'b'], [edge('a', 'b', { map: { text: 'a..b' } })]))).toThrow(PathSyntaxError);
    expect(() => planOf(graph(['a', 'b'], [edge('a', 'b', { cond: 'output.' })]))).toThrow(ExpressionSyntaxError);
    expect(() => planOf(graph([node('a', { params: { text: '${' } })]))).toThrow(ExpressionSyntaxError);
  });

  it('takes a chain of 10,000 nodes', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `n${index}`);
    const arrows = ids.slice(1).map((id, index) => `n${index} -> ${id}`);
    expect(planOf(graph(ids, arrows)).topological).toHaveLength(10_000);
  });
});

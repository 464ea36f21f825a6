import type { EdgeDefinition, GraphDefinition, NodeDefinition } from '../../executor/core/index.js';
import { toMermaid } from './to-mermaid.js';

const node = (id: string, more: Partial<NodeDefinition> = {}): NodeDefinition => ({
  id,
  type: 'agent.echo',
  params: {},
  retry: {},
  optional: false,
  join: 'all',
  onInterrupt: 'retry',
  alwaysOnCancel: false,
  reuse: 'auto',
  ...more,
});
const edge = (from: string, to: string, more: Partial<EdgeDefinition> = {}): EdgeDefinition => ({
  from,
  to,
  map: [],
  on: 'success',
  else: false,
  ...more,
});
const graph = (nodes: NodeDefinition[], edges: EdgeDefinition[], sinks?: string[]): GraphDefinition => ({
  name: 'demo',
  nodes,
  edges,
  sinks,
});

describe('toMermaid', () => {
  it('draws nodes, edges and sinks in spec order', () => {
    expect(toMermaid(graph([node('a'), node('b')], [edge('a', 'b')], ['b']))).toBe(
      [
        'flowchart LR',
        '    n_a["a<br/>agent.echo"]',
        '    n_b["b<br/>agent.echo"]:::sink',
        '    n_a --> n_b',
        '    classDef sink stroke-width:3px',
        '',
      ].join('\n'),
    );
  });

  it('draws the run input as a node of its own', () => {
    const text = toMermaid(graph([node('a')], [edge('$input', 'a')]));
    expect(text).toContain('run_input(["$input"])');
    expect(text).toContain('run_input --> n_a');
  });

  it('writes when an edge is taken on it', () => {
    const text = toMermaid(
      graph(
        [node('a'), node('b'), node('c'), node('d')],
        [
          edge('a', 'b', { on: 'failure' }),
          edge('a', 'c', {
            cond: { all: [{ var: 'n', op: '>', value: 5 }, { not: { var: 'x', op: 'exists' } }] },
            group: 'g',
          }),
          edge('a', 'd', { else: true, group: 'g' }),
        ],
      ),
    );
    expect(text).toContain('n_a -.->|"on failure"| n_b');
    expect(text).toContain('n_a -->|"if n #gt; 5 and not x exists<br/>group g"| n_c');
    expect(text).toContain('n_a -->|"else<br/>group g"| n_d');
  });

  it('escapes what Mermaid would read as its own', () => {
    const text = toMermaid(graph([node('a', { label: '"<b>#|`&' })], []));
    expect(text).toContain('n_a["#quot;#lt;b#gt;#35;#124;#96;#amp;<br/>agent.echo"]');
  });

  it('keeps ids apart that differ only by a dash, and reserved words out', () => {
    const text = toMermaid(graph([node('a-b'), node('a_b'), node('end')], [edge('a-b', 'a_b'), edge('a_b', 'end')]));
    expect(text).toContain('n_a_b --> n_a_b_2');
    expect(text).toContain('n_a_b_2 --> n_end');
  });

  it('marks optional nodes and joins', () => {
    const text = toMermaid(graph([node('a', { optional: true, join: 'any' })], []));
    expect(text).toContain('n_a["a<br/>agent.echo<br/>join: any"]:::optional');
    expect(text).toContain('classDef optional stroke-dasharray:5 5');
  });
});

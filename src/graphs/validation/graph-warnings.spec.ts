import { type KeyContract, compile } from '../../executor/core/index.js';
import {
  CelExpressionCompiler,
  type EdgeSpec,
  type GraphSpec,
  type NodeSpec,
  toGraphDefinition,
} from '../../executor/index.js';
import { graphWarnings } from './graph-warnings.js';

const OPEN: KeyContract = { open: true, known: new Set(), required: new Set(), defaulted: new Set() };
const expressions = new CelExpressionCompiler();

type Fields = Omit<Partial<EdgeSpec>, 'from' | 'to'>;

/** An edge in short: `a>b`. */
const edge = (ends: string, fields: Fields = {}): EdgeSpec => {
  const [from = '', to = ''] = ends.split('>');
  return { from, to, ...fields };
};

/** The warnings of a graph whose nodes are those that its edges name; `joins` says which do not join `all`. */
function warningsOf(
  edges: readonly EdgeSpec[],
  {
    joins = {},
    nodes = {},
    sinks,
  }: { joins?: Record<string, NodeSpec['join']>; nodes?: Record<string, Partial<NodeSpec>>; sinks?: string[] } = {},
): string[] {
  const ids = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].filter((id) => id !== '$input');
  const spec: GraphSpec = {
    name: 'g',
    nodes: ids.map((id) => ({ id, type: 't', join: joins[id], ...nodes[id] })),
    edges: [...edges],
    sinks,
  };
  const plan = compile(toGraphDefinition(spec), { contractOf: () => ({ params: OPEN, input: OPEN }), expressions });
  return graphWarnings(plan).map(({ code, pointer }) => `${pointer ?? ''} ${code}`);
}

const either = { group: 'g', cond: 'true' };
const otherwise = { group: 'g', else: true };

describe('graphWarnings', () => {
  describe('join_never_satisfied', () => {
    it.each([
      ['a branch', [edge('a>x', either), edge('a>y', otherwise), edge('x>m'), edge('y>m')], '/nodes/3'],
      [
        'a branch further up',
        [edge('a>x', either), edge('a>y', otherwise), edge('x>p'), edge('y>q'), edge('p>m'), edge('q>m')],
        '/nodes/5',
      ],
      ['edges of one group', [edge('a>m', either), edge('a>m', otherwise)], '/nodes/1'],
      [
        'success and failure of one node',
        [edge('a>x'), edge('a>y', { on: 'failure' }), edge('x>m'), edge('y>m')],
        '/nodes/3',
      ],
      [
        'a branch of the run input',
        [edge('$input>x', either), edge('$input>y', otherwise), edge('x>m'), edge('y>m')],
        '/nodes/2',
      ],
    ])('is said of an all join over %s', (_what, edges, pointer) => {
      expect(warningsOf(edges)).toEqual([`${pointer} join_never_satisfied`]);
    });

    it('is said of an all join behind an any join that needs one side of it', () => {
      const inner = [
        edge('x>p', { group: 'h', cond: 'true' }),
        edge('x>q', { group: 'h', else: true }),
        edge('p>r'),
        edge('q>r'),
      ];
      const edges = [edge('a>x', either), edge('a>y', otherwise), ...inner, edge('r>m'), edge('y>m')];
      expect(warningsOf(edges, { joins: { r: 'any' } })).toEqual(['/nodes/6 join_never_satisfied']);
    });

    it.each<[string, readonly EdgeSpec[], Record<string, NodeSpec['join']>]>([
      ['an any join', [edge('a>x', either), edge('a>y', otherwise), edge('x>m'), edge('y>m')], { m: 'any' }],
      ['a settled join', [edge('a>x', either), edge('a>y', otherwise), edge('x>m'), edge('y>m')], { m: 'settled' }],
      [
        'a join behind an any join',
        [edge('a>x', either), edge('a>y', otherwise), edge('x>r'), edge('y>r'), edge('r>m'), edge('a>m')],
        { r: 'any' },
      ],
      ['different groups', [edge('a>x', either), edge('a>y', { ...either, group: 'h' }), edge('x>m'), edge('y>m')], {}],
      [
        'the same group of different nodes',
        [edge('s>a'), edge('s>b'), edge('a>x', either), edge('b>y', either), edge('x>m'), edge('y>m')],
        {},
      ],
      [
        'conditions without a group',
        [edge('a>x', { cond: 'true' }), edge('a>y', { cond: 'false' }), edge('x>m'), edge('y>m')],
        {},
      ],
      ['success and done', [edge('a>x'), edge('a>y', { on: 'done' }), edge('x>m'), edge('y>m')], {}],
    ])('is not said of %s', (_what, edges, joins) => {
      expect(warningsOf(edges, { joins })).toEqual([]);
    });

    it('is not said of success and failure of an optional node, whose failure counts as both', () => {
      const edges = [edge('a>x'), edge('a>y', { on: 'failure' }), edge('x>m'), edge('y>m')];
      expect(warningsOf(edges, { nodes: { a: { optional: true } } })).toEqual([]);
    });
  });

  describe('any_single_edge', () => {
    it.each([
      ['one edge', [edge('a>m')], ['/nodes/1/join any_single_edge']],
      ['one edge that counts', [edge('a>m'), edge('$input>m')], ['/nodes/1/join any_single_edge']],
      ['one edge from the run input', [edge('$input>m')], ['/nodes/0/join any_single_edge']],
      ['two edges', [edge('a>m'), edge('b>m')], []],
      ['two edges from the run input', [edge('$input>m', { cond: 'true' }), edge('$input>m', { cond: 'false' })], []],
    ])('looks at an any join with %s', (_what, edges, warnings) => {
      expect(warningsOf(edges, { joins: { m: 'any' } })).toEqual(warnings);
    });
  });

  describe('key_written_twice', () => {
    it('is said of the later edge', () => {
      const edges = [edge('a>m', { map: { 'x/y': 'p' } }), edge('b>m', { map: { z: 'z', 'x/y': 'q' } })];
      expect(warningsOf(edges)).toEqual(['/edges/1/map/x~1y key_written_twice']);
    });

    it('is not said of edges that exclude each other', () => {
      const map = { x: 'x' };
      const edges = [edge('a>x', either), edge('a>y', otherwise), edge('x>m', { map }), edge('y>m', { map })];
      expect(warningsOf(edges, { joins: { m: 'any' } })).toEqual([]);
    });
  });

  describe('sinks_may_be_skipped', () => {
    const branch = [edge('a>x', either), edge('a>y', otherwise)];
    const nested = [edge('x>p', { group: 'h', cond: 'true' }), edge('x>q', { group: 'h' })];

    it.each<[string, readonly EdgeSpec[], Record<string, NodeSpec['join']>, string[]]>([
      ['a sink behind a condition', [edge('a>m', { cond: 'true' })], {}, ['m']],
      ['a sink behind one side of a branch', [...branch, edge('x>m')], {}, ['m']],
      [
        'a merge of a group without else',
        [edge('a>x', either), edge('a>y', { ...either, cond: 'false' }), edge('x>m'), edge('y>m')],
        { m: 'any' },
        ['m'],
      ],
      ['a merge of some sides', [...branch, ...nested, edge('p>m'), edge('y>m')], { m: 'any' }, ['m']],
      ['a failure handler', [edge('a>m', { on: 'failure' })], {}, ['m']],
    ])('is said of %s', (_what, edges, joins, sinks) => {
      expect(warningsOf(edges, { joins, sinks })).toContain('/sinks sinks_may_be_skipped');
    });

    it.each<[string, readonly EdgeSpec[], Record<string, NodeSpec['join']>, string[]]>([
      ['a chain', [edge('a>m')], {}, ['m']],
      ['a merge of a whole branch', [...branch, edge('x>m'), edge('y>m')], { m: 'any' }, ['m']],
      [
        'a merge of a branch in a branch',
        [...branch, ...nested, edge('p>m'), edge('q>m'), edge('y>m')],
        { m: 'any' },
        ['m'],
      ],
      [
        'merges at both levels',
        [...branch, ...nested, edge('p>r'), edge('q>r'), edge('r>m'), edge('y>m')],
        { r: 'any', m: 'any' },
        ['m'],
      ],
      ['sinks on every side of a branch', branch, {}, ['x', 'y']],
      ['one sink that always runs', [...branch, edge('a>z')], {}, ['x', 'z']],
      ['a settled sink', [edge('a>m', { cond: 'true' })], { m: 'settled' }, ['m']],
      ['a fallback', [edge('a>m'), edge('a>h', { on: 'failure' }), edge('h>m')], { m: 'any' }, ['m']],
    ])('is not said of %s', (_what, edges, joins, sinks) => {
      expect(warningsOf(edges, { joins, sinks })).not.toContain('/sinks sinks_may_be_skipped');
    });
  });

  describe('node_without_sink', () => {
    it('is said once, of nodes that lead to no sink', () => {
      expect(warningsOf([edge('a>b'), edge('a>c'), edge('c>d')], { sinks: ['b'] })).toEqual([
        '/sinks node_without_sink',
      ]);
    });

    it('is not said where no sinks are given', () => {
      expect(warningsOf([edge('a>b')])).toEqual([]);
    });
  });
});

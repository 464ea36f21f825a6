import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import fc from 'fast-check';
import { mapEnvironment } from '../../config/index.js';
import { CelExpressionCompiler, PlanCache } from '../../executor/index.js';
import { PluginRegistry, PluginsModule } from '../../plugins/index.js';
import { AllGraphsRepository, type StoredGraphVersion } from '../../storage/index.js';
import type { GraphFault, GraphWarning } from './graph-fault.js';
import { GraphValidator } from './graph-validator.js';

/** Plans are compiled here, never looked up. */
class NoGraphs extends AllGraphsRepository {
  override findVersionInAnyNamespace = (): Promise<StoredGraphVersion | undefined> => Promise.resolve(undefined);
}

describe('GraphValidator', () => {
  let plugins: INestApplicationContext;
  let registry: PluginRegistry;
  beforeAll(async () => {
    const policy = { useFactory: () => ({ allowPrivate: false, allowedHosts: [] }) };
    const module = await Test.createTestingModule({ imports: [PluginsModule.forRootAsync(policy)] }).compile();
    plugins = await module.init();
    registry = plugins.get(PluginRegistry);
  });
  afterAll(() => plugins.close());

  function validatorWith(env: Readonly<Record<string, string>> = {}): GraphValidator {
    const expressions = new CelExpressionCompiler();
    const plans = new PlanCache(new NoGraphs(), registry, expressions);
    return new GraphValidator(mapEnvironment(env).config, registry, expressions, plans);
  }

  function errorsOf(body: unknown, env?: Readonly<Record<string, string>>): readonly GraphFault[] {
    const verdict = validatorWith(env).validate(body);
    return verdict.valid ? [] : verdict.errors;
  }

  function warningsOf(body: unknown, env?: Readonly<Record<string, string>>): readonly GraphWarning[] {
    const verdict = validatorWith(env).validate(body);
    if (!verdict.valid) throw new Error(`not valid: ${JSON.stringify(verdict.errors)}`);
    return verdict.warnings;
  }

  const briefly = (faults: readonly (GraphFault | GraphWarning)[]): string[] =>
    faults.map(({ pointer, code }) => `${pointer} ${code}`);

  const echo = (id: string, fields: object = {}): object => ({ id, type: 'agent.echo', ...fields });
  const graph = (nodes: readonly unknown[], edges: readonly object[] = [], fields: object = {}): object => ({
    name: 'g',
    nodes,
    edges,
    ...fields,
  });

  describe('accepts', () => {
    const folder = join(process.cwd(), 'examples');
    const examples = readdirSync(folder).filter((name) => name.endsWith('.json'));

    it.each(examples)('the example %s, without a warning', (name) => {
      expect(warningsOf(JSON.parse(readFileSync(join(folder, name), 'utf8')))).toEqual([]);
    });

    it('names and labels by their characters, an emoji for one', () => {
      const labelled = { ...echo('a'), label: '🙂'.repeat(200) };
      expect(validatorWith().validate(graph([labelled], [], { name: '🙂'.repeat(200) }))).toMatchObject({
        valid: true,
      });
    });

    it('a body and hands it on as it is, every key kept', () => {
      const body: unknown = JSON.parse(
        '{"name":"g","nodes":[{"id":"__proto__","type":"agent.echo","params":{"__proto__":{"x":1},"constructor":2}},' +
          '{"id":"constructor","type":"agent.echo","params":{"p":"${ nodes.__proto__.output }"}}],' +
          '"edges":[{"from":"__proto__","to":"constructor","map":{"__proto__":"a"}}],"sinks":["constructor"]}',
      );
      const verdict = validatorWith().validate(body);
      expect(verdict).toMatchObject({ valid: true });
      expect(verdict.valid && verdict.spec).toBe(body);
      expect(verdict.valid && verdict.plan.edges[0]?.map).toEqual([{ key: '__proto__', path: ['a'] }]);
    });
  });

  describe('refuses', () => {
    it.each([
      ['a duplicate id', graph([echo('a'), echo('a')]), '/nodes/1/id duplicate-id'],
      ['an edge from nowhere', graph([echo('a')], [{ from: 'x', to: 'a' }]), '/edges/0/from unknown-node'],
      ['an edge to nowhere', graph([echo('a')], [{ from: 'a', to: 'x' }]), '/edges/0/to unknown-node'],
      ['an edge into $input', graph([echo('a')], [{ from: 'a', to: '$input' }]), '/edges/0/to invalid-format'],
      ['a sink of nowhere', graph([echo('a')], [], { sinks: ['x'] }), '/sinks/0 unknown-node'],
      ['a sink that is named twice', graph([echo('a')], [], { sinks: ['a', 'a'] }), '/sinks/1 duplicate-sink'],
      ['a self-edge', graph([echo('a')], [{ from: 'a', to: 'a' }]), '/edges/0/to self-edge'],
      ['an id with a dot', graph([echo('a.b')]), '/nodes/0/id invalid-format'],
      ['an id that is too long', graph([echo('a'.repeat(65))]), '/nodes/0/id invalid-format'],
      ['an unknown agent', graph([{ id: 'a', type: 'agent.fetsh' }]), '/nodes/0/type unknown-agent'],
      [
        'params that break the schema',
        graph([{ id: 'a', type: 'agent.delay', params: { seconds: -1 } }]),
        '/nodes/0/params/seconds invalid-params',
      ],
      [
        'an input that the agent does not know',
        graph([echo('a'), { id: 'b', type: 'agent.analyze' }], [{ from: 'a', to: 'b', map: { txt: 'x' } }]),
        '/edges/0/map/txt unknown-input',
      ],
      [
        'an expression that does not parse',
        graph([echo('a'), echo('b')], [{ from: 'a', to: 'b', cond: 'output.x >' }]),
        '/edges/0/cond invalid-condition',
      ],
      [
        'an expression over a name that is not there',
        graph([echo('a'), echo('b')], [{ from: 'a', to: 'b', cond: 'nodes.a.output.x' }]),
        '/edges/0/cond invalid-condition',
      ],
      [
        'a condition with an unknown operator',
        graph([echo('a'), echo('b')], [{ from: 'a', to: 'b', cond: { all: [{ var: 'x', op: '=', value: 1 }] } }]),
        '/edges/0/cond/all/0/op invalid-condition',
      ],
      [
        'a path with an empty segment',
        graph([echo('a'), echo('b')], [{ from: 'a', to: 'b', map: { 'x/y': 'a..b' } }]),
        '/edges/0/map/x~1y invalid-path',
      ],
      ['an unclosed template', graph([echo('a', { params: { x: '${ input' } })]), '/nodes/0/params/x invalid-template'],
      [
        'a template over an unknown name',
        graph([echo('a', { params: { x: '${ secrets }' } })]),
        '/nodes/0/params/x invalid-template',
      ],
      ['a bad retry.on', graph([echo('a', { retry: { on: 'output.x' } })]), '/nodes/0/retry/on invalid-condition'],
      ['retries given twice', graph([echo('a', { retries: 1, retry: { max: 1 } })]), '/nodes/0/retry/max given-twice'],
      [
        'always_on_cancel without settled',
        graph([echo('a', { always_on_cancel: true })]),
        '/nodes/0/always_on_cancel not-settled',
      ],
      [
        'a failure edge of the input',
        graph([echo('a')], [{ from: '$input', to: 'a', on: 'failure' }]),
        '/edges/0/on input-cannot-fail',
      ],
      [
        'else without a group',
        graph([echo('a'), echo('b')], [{ from: 'a', to: 'b', else: true }]),
        '/edges/0/else else-without-group',
      ],
      [
        'else that is not the last of its group',
        graph(
          [echo('a'), echo('b'), echo('c')],
          [
            { from: 'a', to: 'b', group: 'g', else: true },
            { from: 'a', to: 'c', group: 'g', cond: 'true' },
          ],
        ),
        '/edges/0/else else-not-last',
      ],
      [
        'two plain edges between the same nodes',
        graph(
          [echo('a'), echo('b')],
          [
            { from: 'a', to: 'b', map: { x: 'x' } },
            { from: 'a', to: 'b', map: { y: 'y' } },
          ],
        ),
        '/edges/1 parallel-edges',
      ],
      ['an unknown field', graph([echo('a', { retires: 1 })]), '/nodes/0/retires unknown-field'],
      ['a time-out of nothing', graph([echo('a', { timeout_sec: 0 })]), '/nodes/0/timeout_sec too-small'],
      ['a time-out of more than a day', graph([echo('a', { timeout_sec: 86_401 })]), '/nodes/0/timeout_sec too-big'],
      ['too many retries', graph([echo('a', { retries: 101 })]), '/nodes/0/retries too-big'],
      ['an empty name', graph([echo('a')], [], { name: '' }), '/name too-small'],
      ['a name with a control character', graph([echo('a')], [], { name: 'a\u0007' }), '/name invalid'],
      ['a name of too many emojis', graph([echo('a')], [], { name: '🙂'.repeat(201) }), '/name too-big'],
      ['a name that is too long', graph([echo('a')], [], { name: 'x'.repeat(201) }), '/name too-big'],
    ])('%s', (_what, body, fault) => {
      expect(briefly(errorsOf(body))).toEqual([fault]);
    });

    it('a cycle, naming its nodes in order', () => {
      const edges = [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'c' },
        { from: 'c', to: 'a' },
      ];
      const [fault, ...rest] = errorsOf(graph([echo('a'), echo('b'), echo('c')], edges));
      expect(fault).toMatchObject({ code: 'cycle', pointer: expect.stringMatching(/^\/edges\/\d$/) as unknown });
      expect(fault?.message).toMatch(/a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c/);
      expect(rest).toEqual([]);
    });

    it('every template that reads what it may not', () => {
      const params = {
        x: '${ nodes.c.output }',
        y: ['${ nodes.nobody.output }'],
        z: '${ env.HOME }',
        ok: '${ nodes.a.output }',
      };
      const body = graph(
        [echo('a'), echo('b', { params }), echo('c')],
        [
          { from: 'a', to: 'b' },
          { from: 'b', to: 'c' },
        ],
      );
      expect(briefly(errorsOf(body))).toEqual([
        '/nodes/1/params/x not-upstream',
        '/nodes/1/params/y/0 unknown-node',
        '/nodes/1/params/z env-not-allowed',
      ]);
      expect(briefly(errorsOf(body, { PLUGINS__ALLOWED_ENV: '["HOME"]' }))).toEqual([
        '/nodes/1/params/x not-upstream',
        '/nodes/1/params/y/0 unknown-node',
      ]);
    });

    it('a node that reads its own output', () => {
      expect(briefly(errorsOf(graph([echo('a', { params: { x: '${ nodes.a.output }' } })])))).toEqual([
        '/nodes/0/params/x not-upstream',
      ]);
    });

    it('more than the limits allow', () => {
      const limits = { LIMITS__MAX_NODES: '1', LIMITS__MAX_EDGES: '0' };
      expect(briefly(errorsOf(graph([echo('a'), echo('b')], [{ from: 'a', to: 'b' }]), limits))).toEqual([
        '/nodes limit-exceeded',
        '/edges limit-exceeded',
      ]);
    });

    it('names the nearest known name', () => {
      const messageOf = (body: object): string => errorsOf(body)[0]?.message ?? '';
      expect(messageOf(graph([{ id: 'a', type: 'agent.fetsh' }]))).toContain('agent.fetch');
      expect(messageOf(graph([echo('summary')], [{ from: 'sumary', to: 'summary' }]))).toContain('"summary"');
      expect(messageOf(graph([echo('a', { retires: 1 })]))).toContain('"retries"');
    });

    it('lists the faults of all checks at once', () => {
      const nodes = [echo('a', { colour: 'red' }), { id: 'b', type: 'agent.nope' }, echo('a'), echo('c'), echo('d')];
      const edges = [
        { from: 'c', to: 'd' },
        { from: 'd', to: 'c', cond: ')' },
        { from: 'b', to: 'nobody' },
      ];
      expect(briefly(errorsOf(graph(nodes, edges))).sort()).toEqual(
        [
          '/nodes/0/colour unknown-field',
          '/nodes/1/type unknown-agent',
          '/nodes/2/id duplicate-id',
          '/edges/0 cycle',
          '/edges/1/cond invalid-condition',
          '/edges/2/to unknown-node',
        ].sort(),
      );
    });

    it('checks the rest of a graph whose shape is wrong in places', () => {
      const nodes = [{ id: 'a' }, echo('b', { timeout_sec: 'soon' }), { id: 'c', type: 'agent.nope' }, 7];
      const edges = [{ from: 'a', to: 'b' }, { from: 'b' }, { from: 'b', to: 'nobody' }];
      expect(briefly(errorsOf(graph(nodes, edges))).sort()).toEqual(
        [
          '/nodes/0/type required',
          '/nodes/1/timeout_sec invalid-type',
          '/nodes/3 invalid-type',
          '/edges/1/to required',
          '/nodes/2/type unknown-agent',
          '/edges/2/to unknown-node',
        ].sort(),
      );
    });
  });

  it('tolerates params that templates or edges will bring', () => {
    const nodes = [
      echo('a'),
      { id: 'b', type: 'agent.delay', params: { seconds: '${ nodes.a.output.wait }' } },
      { id: 'c', type: 'agent.fetch' },
    ];
    const edges = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c', map: { url: 'url' } },
    ];
    expect(errorsOf(graph(nodes, edges))).toEqual([]);
    expect(briefly(errorsOf(graph(nodes, [edges[0] as object])))).toEqual(['/nodes/2/params/url invalid-params']);
  });

  it('warns of a concurrency above the cap', () => {
    const body = graph([echo('a')], [], { options: { concurrency: 60 } });
    expect(briefly(warningsOf(body))).toEqual(['/options/concurrency concurrency_capped']);
    expect(warningsOf(body, { EXECUTION__MAX_CONCURRENCY: '60' })).toEqual([]);
  });

  describe('on any JSON', () => {
    const id = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', '$input', '');
    const type = fc.constantFrom('agent.echo', 'agent.fetch', 'agent.delay', 'agent.nope', '');
    const text = fc.constantFrom('x', 'a..b', '${ nodes.a.output }', '${', 'output.x > 1', 'true', ')');
    const part = fc.oneof({ maxDepth: 3 }, fc.jsonValue({ maxDepth: 3 }), text, id);
    const node = fc.record(
      {
        id,
        type,
        params: fc.oneof(fc.dictionary(fc.string(), part), part),
        join: fc.oneof(fc.constantFrom('all', 'any', 'settled'), part),
        retry: fc.oneof(fc.record({ max: part, on: text }), part),
      },
      { requiredKeys: ['id', 'type'] },
    );
    const edge = fc.record(
      {
        from: id,
        to: id,
        map: fc.oneof(fc.dictionary(text, text), part),
        on: fc.constantFrom('success', 'failure', 'done'),
        cond: fc.oneof(text, part, fc.record({ var: text, op: fc.constantFrom('==', 'matches', 'in'), value: part })),
        group: fc.constantFrom('g', 'h'),
        else: fc.boolean(),
      },
      { requiredKeys: ['from', 'to'] },
    );
    const nearlyGraph = fc.record({
      name: fc.oneof(fc.constant('g'), part),
      nodes: fc.oneof(fc.array(fc.oneof({ weight: 9, arbitrary: node }, { weight: 1, arbitrary: part })), part),
      edges: fc.oneof(fc.array(fc.oneof({ weight: 9, arbitrary: edge }, { weight: 1, arbitrary: part })), part),
      sinks: fc.oneof(fc.array(id), part),
    });

    it('answers with pointers into the body and never throws', () => {
      const validator = validatorWith();
      fc.assert(
        fc.property(fc.oneof(nearlyGraph, fc.jsonValue()), (made) => {
          const body: unknown = JSON.parse(JSON.stringify(made));
          const verdict = validator.validate(body);
          const faults = verdict.valid ? verdict.warnings : verdict.errors;
          if (!verdict.valid) expect(faults.length).toBeGreaterThan(0);
          for (const { pointer = '' } of faults) expect(isPointerInto(body, pointer)).toBe(true);
        }),
        { numRuns: 500 },
      );
    });
  });

  describe('on a large graph', () => {
    const COUNT = 10_000;
    const EDGES = 50_000;
    const ids = Array.from({ length: COUNT }, (_, index) => `n${index}`);
    const nodesOf = (wanted: readonly string[]): object[] => wanted.map((id) => echo(id));
    // Anything quadratic would not come back within the time of a test.

    it('is quick about a long chain of templates', () => {
      const nodes = ids.map((id, index) =>
        echo(id, index === 0 ? {} : { params: { x: `\${ nodes.n${index - 1}.output }` } }),
      );
      const edges = ids.slice(1).map((id, index) => ({ from: `n${index}`, to: id }));
      expect(errorsOf(graph(nodes, edges, { sinks: [ids.at(-1)] }))).toEqual([]);
    });

    it('is quick about many exclusive branches that join', () => {
      const edges = Array.from({ length: EDGES }, (_, index) => {
        const from = Math.floor(index / 6);
        return { from: `n${from}`, to: `n${from + 1 + (index % 6) * 211}`, group: `g${index % 2}`, cond: 'true' };
      }).filter(({ to }) => Number(to.slice(1)) < COUNT);
      expect(errorsOf(graph(nodesOf(ids), edges, { sinks: ids }))).toEqual([]);
    });

    it('is quick about sinks that are named again and again', () => {
      const sinks = ids.map((_id, index) => `n${index >> 1}`);
      expect(errorsOf(graph(nodesOf(ids), [], { sinks })).length).toBe(COUNT / 2);
    });

    it('compiles only so many large patterns', () => {
      const cond = (index: number): string => `output.x.matches("${'a{990}'.repeat(9)}${index}")`;
      const edges = ids.slice(1).map((to, index) => ({ from: 'n0', to, cond: cond(index) }));
      const errors = errorsOf(graph(nodesOf(ids), edges, { sinks: ids.slice(1) }));
      expect(errors).toHaveLength(edges.length - 11);
      expect(errors.at(-1)?.message).toContain('too large together');
    });

    it('takes the same pattern as often as it is named', () => {
      const edges = ids.slice(1).map((to) => ({ from: 'n0', to, cond: 'output.x.matches("^[a-z0-9._-]{1,64}$")' }));
      expect(errorsOf(graph(nodesOf(ids), edges, { sinks: ids.slice(1) }))).toEqual([]);
    });

    it.each(['nodes', 'edges', 'sinks'])('looks no further when there are too many %s', (part) => {
      const body = { ...graph([echo('a')]), [part]: new Array(2_500_000).fill(1) };
      expect(briefly(errorsOf(body))).toEqual([`/${part} limit-exceeded`]);
    });
  });
});

/** Whether a pointer leads to a value, to a key that its parent lacks, or into params that a node left out. */
function isPointerInto(body: unknown, pointer: string): boolean {
  if (pointer === '') return true;
  const segments = pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  let value = body;
  for (const segment of segments.slice(0, -1)) {
    if (typeof value !== 'object' || value === null) return false;
    if (!Object.hasOwn(value, segment)) return segment === 'params';
    value = (value as Record<string, unknown>)[segment];
  }
  return typeof value === 'object' && value !== null;
}

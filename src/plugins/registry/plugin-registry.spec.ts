import 'reflect-metadata';
import { z } from 'zod';
import { type JsonObject } from '../../executor/core/index.js';
import { type AgentDefinition, anyObject, defineAgent, defineTool } from '../sdk/index.js';
import { PluginRegistry } from './plugin-registry.js';

const empty = z.strictObject({});
const agent = (over: Partial<AgentDefinition> = {}): AgentDefinition => ({
  ...defineAgent({
    type: 'agent.test',
    description: 'Tests.',
    params: empty,
    input: empty,
    output: empty,
    run: () => ({}),
  }),
  ...over,
});
const tool = (name: string): ReturnType<typeof defineTool> =>
  defineTool({ name, description: 'Tests.', input: empty, output: empty, run: () => ({}) });

function registryOf(...types: string[]): PluginRegistry {
  const registry = new PluginRegistry();
  for (const type of types) registry.registerAgent(agent({ type }));
  return registry;
}

describe('PluginRegistry', () => {
  it('finds agents and tools by name and lists them sorted', () => {
    const registry = registryOf('agent.fetch', 'agent.chart', 'agent.my-own.step_2');
    registry.registerTool(tool('b_tool'));
    registry.registerTool(tool('a_tool'));
    expect(registry.agent('agent.fetch')?.type).toBe('agent.fetch');
    expect(registry.agent('constructor')).toBeUndefined();
    expect(registry.tool('a_tool')?.name).toBe('a_tool');
    expect(registry.tool('none')).toBeUndefined();
    expect(registry.agents().map(({ definition }) => definition.type)).toEqual([
      'agent.chart',
      'agent.fetch',
      'agent.my-own.step_2',
    ]);
    expect(registry.tools().map(({ definition }) => definition.name)).toEqual(['a_tool', 'b_tool']);
    expect(registry.contract('agent.none')).toBeUndefined();
  });

  it('puts one set in the place of another, all of it or nothing', () => {
    const registry = registryOf('agent.kept', 'agent.old');
    const [kept, old] = ['agent.kept', 'agent.old'].map((type) => agent({ type }));
    const before = registry.generation;
    const wrong = { agents: [agent({ type: 'agent.new' }), kept!], tools: [] };
    expect(() => registry.replace({ agents: [old!], tools: [] }, wrong)).toThrow(
      /agent "agent.kept" is registered twice/,
    );
    expect(registry.agents().map(({ definition }) => definition.type)).toEqual(['agent.kept', 'agent.old']);
    expect(registry.generation).toBe(before);

    const next = { agents: [agent({ type: 'agent.new' })], tools: [tool('new_tool')] };
    registry.replace({ agents: [old!], tools: [] }, next);
    expect(registry.agents().map(({ definition }) => definition.type)).toEqual(['agent.kept', 'agent.new']);
    expect(registry.tool('new_tool')).toBeDefined();
    expect(registry.generation).toBeGreaterThan(before);
    registry.replace(next, { agents: [], tools: [] });
    expect(registry.agent('agent.new')).toBeUndefined();
    expect(registry.tool('new_tool')).toBeUndefined();
  });

  it('refuses a second registration and names it', () => {
    const registry = registryOf('agent.fetch');
    expect(() => registry.registerAgent(agent({ type: 'agent.fetch' }))).toThrow(
      /agent "agent.fetch" is registered twice: rename/,
    );
    registry.registerTool(tool('a'));
    expect(() => registry.registerTool(tool('a'))).toThrow(/tool "a" is registered twice/);
  });

  it.each(['fetch', 'agent.', 'agent.Fetch', 'agent.a b', 'agent.1', 'agent.a.', `agent.${'a'.repeat(128)}`])(
    'refuses the agent type %j and says what is accepted',
    (type) => {
      expect(() => registryOf(type)).toThrow(/has no valid name: use "agent\." and a name/);
    },
  );

  it.each(['', 'Tool', 'a-b', '1a', '__proto__'])('refuses the tool name %j', (name) => {
    expect(() => new PluginRegistry().registerTool(tool(name))).toThrow(/has no valid name/);
  });

  it('refuses what else is no agent', () => {
    const register = (over: Partial<AgentDefinition>) => () => new PluginRegistry().registerAgent(agent(over));
    expect(register({ description: ' ' })).toThrow(/agent "agent.test" needs a description/);
    expect(register({ timeoutSec: 0 })).toThrow(/timeoutSec 0/);
    expect(register({ params: z.strictObject({ at: z.date() }) })).toThrow(
      /the params schema of agent "agent.test" cannot be written as JSON Schema/,
    );
  });

  it.each([
    ['agent.fecth', 'agent.fetch'],
    ['fetch', 'agent.fetch'],
    ['agent.chrt', 'agent.chart'],
    ['agent.somethingelse', undefined],
    ['', undefined],
  ])('guesses what %j was meant to be', (type, expected) => {
    expect(registryOf('agent.fetch', 'agent.chart').nearestAgent(type)).toBe(expected);
  });

  it('describes schemas as JSON Schema, input keys with a default as optional', () => {
    const registry = new PluginRegistry();
    const params = z.strictObject({ a: z.string(), b: z.number().default(1) });
    registry.registerAgent(
      agent({ params, input: anyObject, output: z.strictObject({ c: z.number().default(1) }), timeoutSec: null }),
    );
    const [registered] = registry.agents();
    expect(registered?.paramsSchema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      required: ['a'],
      additionalProperties: false,
    });
    expect(registered?.outputSchema).toMatchObject({ required: ['c'] });
    expect(registry.contract('agent.test')).toMatchObject({
      timeoutSec: null,
      params: { open: false, required: new Set(['a']), defaulted: new Set(['b']) },
      input: { open: true },
    });
    expect(registry.contract('agent.test')).toBe(registry.contract('agent.test'));
  });
});

describe('PluginRegistry.checkParams', () => {
  const schema = z
    .strictObject({
      url: z.string().url(),
      count: z.number().default(1),
      headers: z.record(z.string(), z.string()).optional(),
      nested: z.strictObject({ list: z.array(z.number()) }).optional(),
      either: z.union([z.number(), z.array(z.number())]).optional(),
    })
    .refine(({ count }) => count !== 13, { error: 'count must not be 13' });
  const registry = new PluginRegistry();
  registry.registerAgent(agent({ params: schema }));
  const check = (params: JsonObject, ...allowMissing: string[]): unknown =>
    registry.checkParams('agent.test', params, { allowMissing: new Set(allowMissing) });
  const url = 'https://example.com';

  it.each<[JsonObject, unknown[]]>([
    [{ url }, []],
    [{}, [{ pointer: '/url', message: 'is required' }]],
    [{ url, count: 'x' }, [{ pointer: '/count', message: 'expected number, received string' }]],
    [{ url, cuont: 1 }, [{ pointer: '/cuont', message: 'unknown key "cuont"; did you mean "count"?' }]],
    [{ url, 'a/b~c': 1 }, [{ pointer: '/a~1b~0c', message: 'unknown key "a/b~c"' }]],
    [
      { url, nested: { list: [1, 'x'], more: 1 } },
      [
        { pointer: '/nested/list/1', message: 'expected number, received string' },
        { pointer: '/nested/more', message: 'unknown key "more"' },
      ],
    ],
    [
      { url, either: 'x' },
      [
        {
          pointer: '/either',
          message:
            'fits none of the accepted forms (expected number, received string; expected array, received string)',
        },
      ],
    ],
    [{ url, count: 13 }, [{ pointer: '', message: 'count must not be 13' }]],
    [
      JSON.parse(`{"url":"${url}","__proto__":1}`) as JsonObject,
      [{ pointer: '/__proto__', message: 'unknown key "__proto__"' }],
    ],
  ])('of %j finds %j', (params, faults) => {
    expect(check(params)).toEqual(faults);
  });

  it.each<[JsonObject]>([
    [{ url: 'https://${ input.host }/' }],
    [{ url, count: '${ input.count }' }],
    [{ url, headers: '${ input.headers }' }],
    [{ url, nested: { list: '${ input.list }' } }],
    [{ url, nested: { list: ['${ input.one }'] } }],
    [{ url: '${ input.url }', count: 13 }],
  ])('says nothing of what a template will decide: %j', (params) => {
    expect(check(params)).toEqual([]);
  });

  it('still finds what no template can mend', () => {
    expect(check({ url: '${ input.url }', count: 'x', more: '${ 1 }' })).toEqual([
      { pointer: '/count', message: 'expected number, received string' },
      { pointer: '/more', message: 'unknown key "more"' },
    ]);
    expect(check({ url, nested: { list: ['${ 1 }', 'x'] } })).toEqual([
      { pointer: '/nested/list/1', message: 'expected number, received string' },
    ]);
  });

  it('lets keys be missing that an edge brings', () => {
    expect(check({}, 'url')).toEqual([]);
    expect(check({}, 'count')).toEqual([{ pointer: '/url', message: 'is required' }]);
    expect(check({ url: 1 }, 'url')).toEqual([{ pointer: '/url', message: 'expected string, received number' }]);
    expect(check({ url, count: 13 }, 'count')).toEqual([]);
  });

  it('says nothing of unknown agents', () => {
    expect(registry.checkParams('agent.none', { a: 1 }, { allowMissing: new Set() })).toEqual([]);
  });
});

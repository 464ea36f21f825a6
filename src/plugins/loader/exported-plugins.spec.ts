import 'reflect-metadata';
import { z } from 'zod';
import { Agent, type PluginSdk, Tool, anyJson, anyObject, defineAgent, defineTool } from '../sdk/index.js';
import { exportedPlugins } from './exported-plugins.js';

const open = { description: 'Of a test.', input: anyObject, output: anyJson };
const agent = (type: string) => defineAgent({ ...open, type, params: anyObject, run: () => null });
const tool = (name: string) => defineTool({ ...open, name, run: () => null });

@Agent({ ...open, type: 'agent.class', params: anyObject })
class ClassAgent {
  run(): string {
    return 'class';
  }
}

@Tool({ ...open, name: 'needy' })
class NeedyTool {
  constructor(readonly need: string) {}
  run(): null {
    return null;
  }
}

class Plain {}

async function names(exports: Readonly<Record<string, unknown>>): Promise<string[]> {
  const { agents, tools } = await exportedPlugins(exports);
  return [...agents.map(({ type }) => type), ...tools.map(({ name }) => name)];
}

describe('exportedPlugins', () => {
  it('takes definitions under any name, and leaves the rest alone', async () => {
    const exports = {
      default: agent('agent.a'),
      b: agent('agent.b'),
      c: tool('c'),
      limit: 3,
      help: () => null,
      none: null,
    };
    expect(await names(exports)).toEqual(['agent.a', 'agent.b', 'c']);
  });

  it('takes what the default export makes of the SDK', async () => {
    const factory = async (sdk: PluginSdk) => [
      sdk.defineAgent({
        type: 'agent.made',
        description: 'Made.',
        params: sdk.z.strictObject({}),
        input: sdk.anyObject,
        output: sdk.anyJson,
        run: () => null,
      }),
      tool('made'),
    ];
    expect(await names({ default: factory })).toEqual(['agent.made', 'made']);
  });

  it('takes arrays, objects of definitions and what CommonJS shows twice', async () => {
    const both = { first: agent('agent.first'), second: tool('second') };
    expect(await names({ default: both, 'module.exports': both, ...both })).toEqual(['agent.first', 'second']);
    expect(await names({ default: { __esModule: true, default: agent('agent.compiled') } })).toEqual([
      'agent.compiled',
    ]);
    expect(await names({ all: [agent('agent.x'), tool('y')] })).toEqual(['agent.x', 'y']);
  });

  it('makes one of a decorated class', async () => {
    const { agents } = await exportedPlugins({ ClassAgent });
    expect(agents.map(({ type }) => type)).toEqual(['agent.class']);
    expect(await agents[0]?.run({} as never)).toBe('class');
  });

  const incomplete = (over: object) => ({ ...agent('agent.bad'), ...over });
  it.each([
    ['nothing', {}, /exports no agent and no tool/],
    ['only helpers', { help: () => null, size: 1 }, /exports no agent and no tool/],
    ['an undecorated class', { default: Plain }, /the class Plain has neither @Agent nor @Tool/],
    ['a class that wants something', { NeedyTool }, /the constructor of NeedyTool takes arguments/],
    ['neither type nor name', { default: { run: () => null } }, /neither a type, as an agent has, nor a name/],
    ['no description', { a: incomplete({ description: undefined }) }, /agent "agent.bad": description must be a text/],
    ['a type that is no text', { a: incomplete({ type: 1 }) }, /agent 1: type must be a text/],
    [
      'a schema of something else',
      { a: incomplete({ params: { type: 'object' } }) },
      /params must be a schema of zod 4/,
    ],
    ['no output', { a: { ...tool('t'), output: undefined } }, /tool "t": output must be a schema of zod 4/],
    ['tools that are no names', { a: incomplete({ tools: [z] }) }, /tools must be an array of names/],
    ['a time-out that is no number', { a: incomplete({ timeoutSec: '5' }) }, /timeoutSec must be a number of seconds/],
  ])('refuses a module that exports %s', async (_what, exports, message) => {
    await expect(exportedPlugins(exports)).rejects.toThrow(message);
  });

  it('lets what the factory throws through', async () => {
    await expect(exportedPlugins({ default: () => Promise.reject(new Error('no licence')) })).rejects.toThrow(
      'no licence',
    );
  });
});

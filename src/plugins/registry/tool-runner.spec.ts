import 'reflect-metadata';
import { z } from 'zod';
import { type Json, type JsonObject } from '../../executor/core/index.js';
import { type ToolContext, AgentError, anyObject, defineTool } from '../sdk/index.js';
import { PluginRegistry } from './plugin-registry.js';
import { ToolRunner } from './tool-runner.js';

const registry = new PluginRegistry();
registry.registerTool(
  defineTool({
    name: 'repeat',
    description: 'Repeats a text.',
    input: z.strictObject({ text: z.string(), times: z.number().default(2) }),
    output: z.strictObject({ text: z.string().max(10) }),
    run: ({ text, times }) => ({ text: text.repeat(times) }),
  }),
);
registry.registerTool(
  defineTool({ name: 'hand_on', description: 'Hands on.', input: anyObject, output: anyObject, run: (args) => args }),
);
registry.registerTool(
  defineTool({
    name: 'keys_of_context',
    description: 'Tells what it sees.',
    input: anyObject,
    output: anyObject,
    run: (_, context) => ({ keys: Object.keys(context).sort() }),
  }),
);
registry.registerTool(
  defineTool({
    name: 'fail',
    description: 'Fails.',
    input: anyObject,
    output: anyObject,
    run: () => {
      throw new AgentError('later', { type: 'Busy', retryable: true, retryAfterMs: 5 });
    },
  }),
);
const runner = new ToolRunner(registry);

function call(
  name: string,
  args: JsonObject,
  allowed: readonly string[] = ['*'],
  signal = new AbortController().signal,
): Promise<Json> {
  const artifacts = { put: () => Promise.reject(new Error('no artifact is expected')) };
  const context: ToolContext = {
    runId: 'r',
    nodeId: 'n',
    idempotencyKey: 'k',
    signal,
    artifacts,
    log: () => undefined,
  };
  return runner.callTool(name, args, { ...context, params: 'the agent’s own' } as ToolContext, allowed);
}

describe('ToolRunner', () => {
  it('fills in defaults and answers the result', async () => {
    expect(await call('repeat', { text: 'ab' }, ['repeat'])).toEqual({ text: 'abab' });
  });

  it('keeps every key of open arguments', async () => {
    const args = JSON.parse('{"__proto__":{"a":1},"constructor":2}') as JsonObject;
    expect(Object.getOwnPropertyDescriptor(await call('hand_on', args), '__proto__')?.value).toEqual({ a: 1 });
    expect(await call('hand_on', args)).toHaveProperty('constructor', 2);
  });

  it('shows tools their own part of the context alone', async () => {
    expect(await call('keys_of_context', {})).toEqual({
      keys: ['artifacts', 'idempotencyKey', 'log', 'nodeId', 'runId', 'signal'],
    });
  });

  it.each<[string, JsonObject, string[], object]>([
    [
      'repaet',
      {},
      ['*'],
      { type: 'UnknownToolError', message: 'no tool "repaet" is registered; did you mean "repeat"?' },
    ],
    ['zzz', {}, ['*'], { type: 'UnknownToolError', message: 'no tool "zzz" is registered' }],
    ['repeat', {}, ['hand_on'], { type: 'ToolNotAllowedError' }],
    [
      'repeat',
      { times: 'x', more: 1 },
      ['*'],
      {
        type: 'ToolInputError',
        message:
          'bad arguments for the tool "repeat": args/text: is required; args/times: expected number, received string; args/more: unknown key "more"',
      },
    ],
    ['repeat', { text: 'a', times: 11 }, ['*'], { type: 'ToolOutputError' }],
  ])('refuses %s with %j', async (name, args, allowed, failure) => {
    await expect(call(name, args, allowed)).rejects.toMatchObject({ ...failure, retryable: false });
  });

  it('lets through what a tool throws', async () => {
    await expect(call('fail', {})).rejects.toMatchObject({ type: 'Busy', retryable: true, retryAfterMs: 5 });
  });

  it('starts no tool once the signal has fired', async () => {
    const reason = new Error('stop');
    await expect(call('hand_on', {}, ['*'], AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

import 'reflect-metadata';
import { type AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { type Json, type JsonObject } from '../../../executor/core/index.js';
import { PluginRegistry, ToolRunner } from '../../registry/index.js';
import {
  type AgentContext,
  type AgentMetadata,
  type StoredArtifact,
  agentMetadataOf,
  toolMetadataOf,
} from '../../sdk/index.js';
import { ChartGenerator, EgressGuard, HttpFetcher } from '../tools/index.js';
import { waitUntil } from './delay.agent.js';
import { AnalyzeAgent, ChartAgent, DelayAgent, EchoAgent, FetchAgent, ToolAgent, TransformAgent } from './index.js';

const policy = { allowPrivate: true, allowedHosts: [] };
const fetcher = new HttpFetcher(policy, new EgressGuard(policy));
const registry = new PluginRegistry();
for (const tool of [fetcher, new ChartGenerator()]) {
  const metadata = toolMetadataOf(tool.constructor);
  if (metadata !== undefined)
    registry.registerTool({ ...metadata, run: (args, context) => tool.run(args as never, context) });
}
const tools = new ToolRunner(registry);
afterAll(() => fetcher.onModuleDestroy());

interface Anything {
  run(context: AgentContext<never, never>): unknown;
}
interface Attempt {
  readonly params?: JsonObject;
  readonly input?: JsonObject;
  readonly signal?: AbortSignal;
  readonly firstStartedAt?: number;
  readonly now?: () => number;
}

/** Runs an agent as the engine does: params, input and output go through its schemas. */
async function run(agent: Anything, attempt: Attempt): Promise<unknown> {
  const { params, input, output, tools: allowed = [] } = agentMetadataOf(agent.constructor) as AgentMetadata;
  const signal = attempt.signal ?? new AbortController().signal;
  const artifacts = {
    put: ({ extension }: { readonly extension: string }): Promise<StoredArtifact> =>
      Promise.resolve({ name: `n.${extension}`, url: `/runs/r_1/artifacts/n.${extension}`, bytes: 1 }),
  };
  const context: AgentContext = {
    params: params.parse(attempt.params ?? {}),
    input: input.parse(attempt.input ?? {}),
    ...{ runId: 'r_1', nodeId: 'n', idempotencyKey: 'r_1:n', attempt: 1, signal, artifacts },
    firstStartedAt: attempt.firstStartedAt ?? Date.now(),
    suspend: () => undefined,
    now: attempt.now ?? Date.now,
    log: () => undefined,
    progress: () => undefined,
    callTool: (name, args) => tools.callTool(name, args, context, allowed),
  };
  return output.parse(await agent.run(context as AgentContext<never, never>));
}

const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject;

describe('agent.echo', () => {
  it('answers its params overlaid by its input', async () => {
    expect(await run(new EchoAgent(), { params: { a: 1, b: 1 }, input: { b: 2 } })).toEqual({ a: 1, b: 2 });
  });

  it('keeps every key as plain data', () => {
    const context = { params: parse('{"__proto__":{"a":1},"constructor":1}'), input: parse('{"__proto__":2}') };
    expect(JSON.stringify(new EchoAgent().run(context as never))).toBe('{"__proto__":2,"constructor":1}');
  });
});

describe('agent.analyze', () => {
  it('answers numbers, their labels and the top terms', async () => {
    expect(await run(new AnalyzeAgent(), { input: { text: 'One two two.' } })).toEqual({
      insights: [12, 3, 2, 1, 1, 3],
      labels: ['characters', 'words', 'unique words', 'sentences', 'lines', 'mean word length'],
      top_terms: [
        { term: 'two', count: 2 },
        { term: 'one', count: 1 },
      ],
    });
  });

  it('stops when its signal fires', async () => {
    const reason = new Error('stop');
    const signal = AbortSignal.abort(reason);
    await expect(run(new AnalyzeAgent(), { input: { text: 'a '.repeat(524_288) }, signal })).rejects.toBe(reason);
  });
});

describe('agent.fetch', () => {
  it('answers what the service said and sends its idempotency key', async () => {
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ key: request.headers['idempotency-key'] ?? null }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const answer = await run(new FetchAgent(), { params: { url, method: 'POST', json: [] } });
    expect(answer).toMatchObject({
      status: 200,
      content_type: 'application/json',
      body: '{"key":"r_1:n"}',
      json: { key: 'r_1:n' },
    });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('agent.chart', () => {
  it('draws a series into an artifact', async () => {
    const answer = await run(new ChartAgent(), { params: { spec: { kind: 'line' } }, input: { series: [1, 2, 3] } });
    expect(answer).toEqual({ chart_url: '/runs/r_1/artifacts/n.svg', points: 3 });
    const png = { params: { spec: { kind: 'bar', format: 'png' } }, input: { series: [1], labels: ['a'] } };
    expect(await run(new ChartAgent(), png)).toEqual({ chart_url: '/runs/r_1/artifacts/n.png', points: 1 });
  });

  it('fails for good on labels that do not fit', async () => {
    const attempt = { params: { spec: { kind: 'line' } }, input: { series: [1, 2], labels: ['a'] } };
    await expect(run(new ChartAgent(), attempt)).rejects.toMatchObject({ type: 'ToolInputError', retryable: false });
  });
});

describe('agent.tool', () => {
  it('calls a tool with its args overlaid by its input', async () => {
    const params = { tool: 'chart_generator', args: { kind: 'bar', series: [1] } };
    expect(await run(new ToolAgent(), { params, input: { series: [1, 2] } })).toMatchObject({ points: 2 });
  });

  it('names the nearest tool when there is none of that name', async () => {
    await expect(run(new ToolAgent(), { params: { tool: 'http_fetch' } })).rejects.toMatchObject({
      type: 'UnknownToolError',
      retryable: false,
      message: expect.stringContaining('"http_fetcher"') as string,
    });
  });
});

describe('agent.delay', () => {
  const input: JsonObject = { kept: ['as', { it: 'is' }] };

  it('waits only what is left since its first attempt began', async () => {
    const startedAt = Date.now();
    const firstStartedAt = startedAt - 3_599_950;
    expect(await run(new DelayAgent(), { params: { seconds: 3_600 }, input, firstStartedAt })).toEqual(input);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(49);
  });

  it('does not wait for what has passed', async () => {
    expect(await run(new DelayAgent(), { params: { seconds: 0 }, input })).toEqual(input);
    expect(await run(new DelayAgent(), { params: { until: '2020-01-01T00:00:00+02:00' }, input })).toEqual(input);
  });

  it('looks at the clock again and again, which may be set meanwhile', async () => {
    const left = [3_600_000, 3_600_000, 0];
    await waitUntil(() => left.shift() ?? 0, 1, new AbortController().signal);
    expect(left).toEqual([]);
  });

  it('waits for longer than one timer can hold, until its signal fires', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    let reads = 0;
    const waiting = run(new DelayAgent(), {
      params: { seconds: 10_000_000 },
      signal: controller.signal,
      now: () => {
        reads += 1;
        return Date.now();
      },
    });
    setImmediate(() => controller.abort(reason));
    await expect(waiting).rejects.toBe(reason);
    // A timer that overflows would have fired at once and the time been read again and again.
    expect(reads).toBe(1);
  });

  it.each([
    [{}],
    [{ seconds: 1, until: '2030-01-01T00:00:00Z' }],
    [{ seconds: -1 }],
    [{ until: 'tomorrow' }],
    [{ until: '2030-01-01' }],
  ])('refuses the params %j', (params) => {
    expect(agentMetadataOf(DelayAgent)?.params.safeParse(params).success).toBe(false);
  });

  it('has no time-out of its own', () => {
    expect(agentMetadataOf(DelayAgent)?.timeoutSec).toBeNull();
  });
});

describe('agent.transform', () => {
  const transform = (expression: string, input: JsonObject = {}): Promise<unknown> =>
    run(new TransformAgent(), { params: { expression }, input });

  it.each<[string, JsonObject, Json]>([
    ['{ "total": $sum(items.price) }', { items: [{ price: 1 }, { price: 2.5 }] }, { total: 3.5 }],
    ['items[price > 1].name', { items: [{ price: 2, name: 'a' }] }, { value: 'a' }],
    ['[1..3]', {}, { value: [1, 2, 3] }],
    ['$', { a: 1 }, { a: 1 }],
    ['nothing.here', { a: 1 }, { value: null }],
    ['null', {}, { value: null }],
    ['a = 1', { a: 1 }, { value: true }],
  ])('of %s', async (expression, input, expected) => {
    expect(await transform(expression, input)).toEqual(expected);
  });

  it('says at creation what is wrong with an expression', () => {
    const check = (expression: string): string =>
      JSON.stringify(agentMetadataOf(TransformAgent)?.params.safeParse({ expression }).error?.issues);
    expect(check('{ "a": ')).toContain('is not a JSONata expression');
    expect(check('$match(a, /(?=x)/)')).toContain('look-around');
    expect(check('x'.repeat(10_001))).toContain('10000');
    expect(check('('.repeat(5_000))).toContain('is not a JSONata expression');
  });

  it.each([
    ['$error("no")', 'no'],
    ['1 + "a"', 'failed'],
    ['function($x) { $x }', 'function'],
    ['{ "f": $sum }', 'function'],
  ])('fails for good on %s', async (expression, message) => {
    const failure = { retryable: false, message: expect.stringContaining(message) as string };
    await expect(transform(expression)).rejects.toMatchObject(failure);
  });
});

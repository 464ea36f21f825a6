import 'reflect-metadata';
import { type INestApplication, Injectable, Module, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { z } from 'zod';
import { type AgentContext, Agent, PluginRegistry, PluginsModule, Tool, ToolRunner, anyObject } from './index.js';

const empty = z.strictObject({});
const greeting = z.strictObject({ greeting: z.string() });

@Injectable()
class Words {
  readonly hello = 'Hello';
}

@Agent({
  type: 'agent.greet',
  description: 'Greets.',
  params: empty,
  input: z.strictObject({ name: z.string() }),
  output: greeting,
})
class GreetAgent {
  constructor(private readonly words: Words) {}
  run({ input: { name } }: AgentContext<unknown, { name: string }>): { greeting: string } {
    return { greeting: `${this.words.hello} ${name}` };
  }
}

@Tool({ name: 'shout', description: 'Shouts.', input: anyObject, output: greeting })
class ShoutTool {
  run(): { greeting: string } {
    return { greeting: 'HELLO' };
  }
}

@Module({ providers: [Words, GreetAgent, ShoutTool, { provide: 'the same again', useExisting: GreetAgent }] })
class GreetingModule {}

/** Uses the registry as the executor does: by a plain import. */
@Module({ imports: [PluginsModule] })
class UserModule {}

const policy = { useFactory: () => ({ allowPrivate: false, allowedHosts: [] }) };

async function start(...modules: (new () => unknown)[]): Promise<INestApplication> {
  const testing = await Test.createTestingModule({
    imports: [PluginsModule.forRootAsync(policy), UserModule, ...modules],
  }).compile();
  const app = testing.createNestApplication();
  await app.init();
  return app;
}

describe('PluginsModule', () => {
  it('registers decorated providers of every module beside the built-in ones, once', async () => {
    const app = await start(GreetingModule);
    const registry = app.get(PluginRegistry, { strict: false });
    expect(registry.agents().map(({ definition }) => definition.type)).toEqual([
      'agent.analyze',
      'agent.chart',
      'agent.delay',
      'agent.echo',
      'agent.fetch',
      'agent.greet',
      'agent.tool',
      'agent.transform',
    ]);
    expect(registry.tools().map(({ definition }) => definition.name)).toEqual([
      'chart_generator',
      'http_fetcher',
      'shout',
    ]);
    expect(app.select(UserModule).get(PluginRegistry, { strict: false })).toBe(registry);
    const context = { input: { name: 'Ada' } } as unknown as AgentContext;
    expect(await registry.agent('agent.greet')?.run(context)).toEqual({ greeting: 'Hello Ada' });
    expect(app.get(ToolRunner, { strict: false })).toBeInstanceOf(ToolRunner);
    await app.close();
  });

  it('does not start with two agents of one type, and names them', async () => {
    @Agent({ type: 'agent.echo', description: 'Another.', params: empty, input: empty, output: empty })
    class OtherEcho {
      run(): Record<string, never> {
        return {};
      }
    }
    @Module({ providers: [OtherEcho] })
    class OtherModule {}
    await expect(start(OtherModule)).rejects.toThrow('agent "agent.echo" is registered twice');
  });

  it('does not start with an agent that lives for one request', async () => {
    @Agent({ type: 'agent.short', description: 'Short-lived.', params: empty, input: empty, output: empty })
    class ShortAgent {
      run(): Record<string, never> {
        return {};
      }
    }
    @Module({ providers: [{ provide: ShortAgent, useClass: ShortAgent, scope: Scope.REQUEST }] })
    class ShortModule {}
    await expect(start(ShortModule)).rejects.toThrow('ShortAgent is request-scoped or transient');
  });

  it('lists agents and tools with their schemas', async () => {
    const app = await start();
    const http = request(app.getHttpServer() as Parameters<typeof request>[0]);
    const agents = (await http.get('/plugins/agents').expect(200)).body as { items: Record<string, unknown>[] };
    expect(agents.items.find(({ type }) => type === 'agent.fetch')).toMatchObject({
      description: expect.any(String) as string,
      params_schema: { type: 'object', required: ['url'], additionalProperties: false },
      input_schema: { properties: {}, additionalProperties: false },
      output_schema: { required: expect.arrayContaining(['status', 'headers', 'content_type', 'body']) as string[] },
      tools: ['http_fetcher'],
    });
    expect(agents.items.find(({ type }) => type === 'agent.delay')).toMatchObject({ tools: [], timeout_sec: null });
    const tools = (await http.get('/plugins/tools').expect(200)).body as { items: Record<string, unknown>[] };
    expect(tools.items.map(({ name }) => name)).toEqual(['chart_generator', 'http_fetcher']);
    expect(tools.items[0]).toMatchObject({ input_schema: { required: ['kind', 'series'] } });
    await app.close();
  });
});

import { trace } from '@opentelemetry/api';
import { z } from 'zod';
import { PluginRegistry, anyJson, anyObject, defineAgent } from '../../../src/plugins/index.js';
import { FlakyServer } from '../../support/flaky-server.js';
import { given } from '../../support/given.js';
import { useTracedApi } from './use-traced-api.js';

const SECRET = 'canary-0123456789';

describe('an agent within a trace', () => {
  const traced = useTracedApi({ PLUGINS__ALLOWED_ENV: '["CANARY"]', CANARY: SECRET });
  const { api } = traced;
  let target: FlakyServer;

  beforeAll(async () => {
    target = await FlakyServer.start();
    const registry = api.service.app.get(PluginRegistry, { strict: false });
    const withToken = z.looseObject({ token: z.string() });
    const open = { description: 'Of a test.', params: anyObject, input: anyObject, output: anyJson };
    registry.registerAgent(
      defineAgent({
        ...open,
        type: 'agent.test.own_fetch',
        run: async () => {
          const answer = await fetch(`${target.url}own`);
          await answer.text();
          return answer.status;
        },
      }),
    );
    registry.registerAgent(
      defineAgent({
        ...open,
        type: 'agent.test.own_span',
        run: async () =>
          trace.getTracer('agent').startActiveSpan('own work', async (span) => {
            await fetch(target.url).then((answer) => answer.text());
            span.end();
            return null;
          }),
      }),
    );
    registry.registerAgent(
      defineAgent({
        ...open,
        type: 'agent.test.leaky',
        params: withToken,
        run: ({ params }) => {
          trace.getActiveSpan()?.setAttribute('leak', `token=${params.token}`).addEvent(SECRET, { at: SECRET });
          throw new Error(`refused ${params.token}`);
        },
      }),
    );
  });
  afterAll(() => target.stop());

  const only = (type: string, params: object = {}) => ({ nodes: [{ id: 'a', type, params, retries: 0 }] });

  it('that calls with fetch has its call traced and the context handed on', async () => {
    const run = await given(api).finishedRun(only('agent.test.own_fetch'));
    const attempt = await traced.receiver.attemptSpan(run.run_id, 'a');
    const call = await traced.receiver.span('the call', ({ parentSpanId }) => parentSpanId === attempt.spanId);
    expect(call.attributes['url.full']).toBe(`${target.url}own`);
    expect(target.requests.at(-1)?.headers['traceparent']).toBe(`00-${call.traceId}-${call.spanId}-01`);
  });

  it('that uses the API of OpenTelemetry adds its spans to the trace', async () => {
    const run = await given(api).finishedRun(only('agent.test.own_span'));
    const attempt = await traced.receiver.attemptSpan(run.run_id, 'a');
    const own = await traced.receiver.span('the agent', ({ parentSpanId }) => parentSpanId === attempt.spanId);
    expect(own.name).toBe('own work');
    await traced.receiver.span('the call', ({ parentSpanId }) => parentSpanId === own.spanId);
  });

  it('that puts a secret into its span has it hidden on the way out', async () => {
    const run = await given(api).finishedRun(only('agent.test.leaky', { token: '${ env.CANARY }' }));
    const attempt = await traced.receiver.attemptSpan(run.run_id, 'a');
    expect(attempt).toMatchObject({ statusMessage: 'refused ***', attributes: { leak: 'token=***' } });
    await traced.receiver.runSpan(run.run_id);
    expect(traced.receiver.requests.map(({ body }) => body).join('')).not.toContain(SECRET);
  });
});

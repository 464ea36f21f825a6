import { CONFIG_PATCH_EXAMPLES } from '../../src/config/dto/config-patch.schema.js';
import { DEVELOPMENT } from '../support/development.js';
import { given } from '../support/given.js';
import { type TestAgents, registerTestAgents } from '../support/test-agents.js';
import { type Api, useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

interface ConfigView {
  readonly values: Readonly<Record<string, unknown>>;
  readonly sources: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

const viewOf = async (api: Api): Promise<ConfigView> => (await api.get('/config')).body as ConfigView;

describe('PATCH /config', () => {
  const api = useApi({ env: DEVELOPMENT });
  let agents: TestAgents;
  beforeAll(() => {
    agents = registerTestAgents(api.service);
  });
  afterEach(async () => {
    const { sources } = await viewOf(api);
    const changed = Object.keys(sources).filter((key) => sources[key] === 'runtime');
    await api.patch('/config', Object.fromEntries(changed.map((key) => [key, null])));
  });

  it('changes reloadable keys and says what holds from then on, and where it comes from', async () => {
    const before = await viewOf(api);
    const answer = await api.patch('/config', { EXECUTION__MAX_RETRIES: 7, EXECUTION__RETRY_JITTER: 'none' });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        values: { ...before.values, EXECUTION__MAX_RETRIES: 7, EXECUTION__RETRY_JITTER: 'none' },
        sources: { ...before.sources, EXECUTION__MAX_RETRIES: 'runtime', EXECUTION__RETRY_JITTER: 'runtime' },
      },
    });
    expect(await viewOf(api)).toEqual(answer.body);
  });

  it('takes a change back by null', async () => {
    const before = await viewOf(api);
    await api.patch('/config', { EXECUTION__MAX_RETRIES: 7 });
    expect((await api.patch('/config', { EXECUTION__MAX_RETRIES: null, DEBUG: null })).body).toEqual(before);
  });

  it('takes texts as the environment would have them', async () => {
    const answer = await api.patch('/config', {
      EXECUTION__MAX_RETRIES: '2',
      DEBUG: 'no',
      EXECUTION__CANCEL_GRACE_SEC: ' 1e1 ',
    });
    expect(answer.body).toMatchObject({
      values: { EXECUTION__MAX_RETRIES: 2, DEBUG: false, EXECUTION__CANCEL_GRACE_SEC: 10 },
    });
  });

  it.each(Object.entries(CONFIG_PATCH_EXAMPLES))('takes the example "%s" of the document', async (_name, body) => {
    expect((await api.patch('/config', body)).status).toBe(200);
  });

  it('changes nothing when one key cannot be changed, and points at each fault', async () => {
    const before = await viewOf(api);
    const answer = await api.patch('/config', {
      EXECUTION__DEFAULT_TIMEOUT_SEC: 60,
      EXECUTION__MAX_RETRYS: 1,
      PORT: 1,
      LOGGING__LEVEL: {},
      DEBUG: ' ',
    });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        type: '/problems/config-invalid',
        detail: 'nothing was changed: the body has 4 faults',
        errors: [
          {
            pointer: '/EXECUTION__MAX_RETRYS',
            code: 'unknown-key',
            message: '"EXECUTION__MAX_RETRYS" is no key; the nearest one is EXECUTION__MAX_RETRIES',
          },
          {
            pointer: '/PORT',
            code: 'needs-restart',
            message: 'PORT cannot be changed while the service runs: change it where it is set and restart',
          },
          {
            pointer: '/LOGGING__LEVEL',
            code: 'invalid-value',
            message: 'LOGGING__LEVEL: got an object, takes one of DEBUG, INFO, WARNING, ERROR, CRITICAL',
          },
          {
            pointer: '/DEBUG',
            code: 'invalid-value',
            message: 'DEBUG: got nothing, takes true or false (also 1, 0, yes, no)',
          },
        ],
      },
    });
    expect(await viewOf(api)).toEqual(before);
  });

  it.each([
    [{ EXECUTION__MAX_RETRIES: 11 }, 'EXECUTION__MAX_RETRIES: got "11", takes an integer from 0 to 10'],
    [{ EXECUTION__MAX_RETRIES: 1.5 }, 'EXECUTION__MAX_RETRIES: got "1.5", takes an integer from 0 to 10'],
    [{ EXECUTION__MAX_RETRIES: [1] }, 'EXECUTION__MAX_RETRIES: got "[1]", takes an integer from 0 to 10'],
    [{ EXECUTION__RETRY_JITTER: true }, 'EXECUTION__RETRY_JITTER: got "true", takes one of equal, full, none'],
    [
      { EXECUTION__DEFAULT_CONCURRENCY: 51 },
      'EXECUTION__MAX_CONCURRENCY: got 50, takes at least EXECUTION__DEFAULT_CONCURRENCY (51)',
    ],
  ])('answers %j with the line that a start would print', async (body, message) => {
    const answer = await api.patch('/config', body);
    // A rule over several keys is told apart: each value alone is one that the document allows.
    const code = message.includes('at least') ? 'conflicting-value' : 'invalid-value';
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: `/${Object.keys(body)[0]}`, code, message }] },
    });
  });

  it('checks keys that belong together as they would be together', async () => {
    const together = { EXECUTION__DEFAULT_CONCURRENCY: 60, EXECUTION__MAX_CONCURRENCY: 60 };
    expect((await api.patch('/config', together)).status).toBe(200);
    expect((await api.patch('/config', { EXECUTION__MAX_CONCURRENCY: null })).status).toBe(422);
  });

  it.each([['[]'], ['"x"'], ['null'], ['']])('wants an object, not %j', async (rawBody) => {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await api.patch('/config', undefined, rawBody === '' ? { headers } : { rawBody });
    expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-body' } });
  });

  it.each(['__proto__', 'constructor', 'a'.repeat(100_000)])('knows no key of the name %.20s', async (name) => {
    const answer = await api.patch('/config', undefined, { rawBody: `{"${name}":1}` });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ code: 'unknown-key' }] } });
  });

  it('lists no more than a hundred faults', async () => {
    const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`KEY_${index}`, index]));
    const answer = await api.patch('/config', body);
    expect((answer.body as { errors: unknown[] }).errors).toHaveLength(100);
  });

  it('holds for runs that start from then on; those that run keep what they began with', async () => {
    const graph = {
      nodes: [
        { id: 'g', type: 'agent.test.gate' },
        { id: 'f', type: 'agent.test.flaky', params: { failures: 1 } },
      ],
      edges: [{ from: 'g', to: 'f' }],
    };
    await api.patch('/config', { EXECUTION__MAX_RETRIES: 1, EXECUTION__RETRY_BASE_DELAY: 0 });
    const before = await given(api).run(graph);
    await waitFor('the gate to be reached', () => agents.calls.get('g') === 1);
    await api.patch('/config', { EXECUTION__MAX_RETRIES: 0 });
    const after = await given(api).run(graph);
    await waitFor('the gate to be reached again', () => agents.calls.get('g') === 2);
    agents.release();
    await given(api).runThatIs('SUCCESS', before.run_id);
    await given(api).runThatIs('FAILED', after.run_id);
  });

  it('lets waiting runs begin as soon as there are more places', async () => {
    await api.patch('/config', { EXECUTION__MAX_CONCURRENT_RUNS: 1 });
    const gate = { nodes: [{ id: 'one', type: 'agent.test.gate' }], edges: [] };
    const first = await given(api).run(gate);
    await given(api).runThatIs('RUNNING', first.run_id);
    const second = await given(api).run(gate);
    expect((await api.get(`/runs/${second.run_id}`)).body).toMatchObject({ status: 'PENDING' });
    await api.patch('/config', { EXECUTION__MAX_CONCURRENT_RUNS: 2 });
    await given(api).runThatIs('RUNNING', second.run_id);
    agents.release();
    for (const { run_id } of [first, second]) await given(api).runThatIs('SUCCESS', run_id);
  });

  it('never lets one run have more attempts at once than the cap of the moment when it started', async () => {
    await api.patch('/config', { EXECUTION__DEFAULT_CONCURRENCY: 1, EXECUTION__MAX_CONCURRENCY: 1 });
    const nodes = ['x', 'y'].map((id) => ({ id, type: 'agent.test.gate' }));
    const { run_id } = await given(api).run({ nodes, edges: [], options: { concurrency: 9 } });
    await waitFor('the first node to run', () => agents.calls.get('x') === 1);
    expect(agents.calls.get('y')).toBeUndefined();
    agents.release();
    await waitFor('the second node to run', () => agents.calls.get('y') === 1);
    agents.release();
    await given(api).runThatIs('SUCCESS', run_id);
  });
});

describe.each(['testing', 'staging', 'production'])('PATCH /config in %s', (environment) => {
  const api = useApi({
    env: { ENVIRONMENT: environment, MONITORING__METRICS_PORT: '0', LOGGING__LEVEL: 'CRITICAL', DEBUG: '0' },
  });

  it('is refused, whatever it asks for', async () => {
    for (const body of [{ EXECUTION__MAX_RETRIES: 1 }, { nonsense: 1 }, {}]) {
      expect(await api.patch('/config', body)).toMatchObject({
        status: 403,
        body: {
          type: '/problems/forbidden',
          detail: `the configuration can be changed while the service runs in development only, and this is ${environment}: change it where it is set and restart`,
        },
      });
    }
    expect((await viewOf(api)).values).toMatchObject({ EXECUTION__MAX_RETRIES: 3 });
  });
});

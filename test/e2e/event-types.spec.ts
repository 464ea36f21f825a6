import { given } from '../support/given.js';
import { registerTestAgents } from '../support/test-agents.js';
import { useApi } from '../support/use-api.js';

interface Entry {
  readonly type: string;
  readonly lvl: string;
  readonly msg: string;
  readonly node_id?: string;
  readonly attempt?: number;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Every answer here is held against the schema of its event type, in the document that the service serves. */
describe('The journal of a run', () => {
  const api = useApi({ env: { EXECUTION__RETRY_BASE_DELAY: '0.01', EXECUTION__RETRY_JITTER: 'none' } });
  const { finishedRun } = given(api);

  beforeAll(() => {
    registerTestAgents(api.service);
  });

  const logOf = async (nodes: readonly object[], query = ''): Promise<Entry[]> => {
    const { run_id } = await finishedRun({ nodes });
    return (await api.get(`/runs/${run_id}/logs${query}`)).body as Entry[];
  };

  it('holds what an agent logs and reports, with its level, attempt and data', async () => {
    const log = await logOf([{ id: 'a', type: 'agent.test.chatty' }]);
    const told = log.filter(({ type }) => type === 'node.log' || type === 'node.progress');
    expect(told.every(({ node_id, attempt }) => node_id === 'a' && attempt === 1)).toBe(true);
    expect(told.map(({ type, lvl, msg, data }) => ({ type, lvl, msg, data }))).toEqual([
      ...['debug', 'info', 'warn', 'error'].map((level) => ({
        type: 'node.log',
        lvl: level,
        msg: `a line of ${level}`,
        data: { level },
      })),
      { type: 'node.log', lvl: 'info', msg: 'a line alone', data: undefined },
      { type: 'node.progress', lvl: 'debug', msg: 'half', data: { percent: 50, message: 'half' } },
      { type: 'node.progress', lvl: 'debug', msg: '100 %', data: { percent: 100 } },
    ]);
  });

  it('lists what is at least as grave as asked for', async () => {
    const { run_id } = await finishedRun({ nodes: [{ id: 'a', type: 'agent.test.chatty' }] });
    const levels = async (lvl: string): Promise<Set<string>> => {
      const log = (await api.get(`/runs/${run_id}/logs?lvl=${lvl}`)).body as Entry[];
      return new Set(log.map((entry) => entry.lvl));
    };
    expect(await levels('debug')).toEqual(new Set(['info', 'debug', 'warn', 'error']));
    expect(await levels('warn')).toEqual(new Set(['warn', 'error']));
    expect(await levels('error')).toEqual(new Set(['error']));
    expect((await api.get(`/runs/${run_id}/logs?lvl=fatal`)).status).toBe(400);
  });

  it('holds each retry with its error and when the next attempt is due', async () => {
    const log = await logOf([{ id: 'a', type: 'agent.test.flaky', params: { failures: 2 }, retries: 3 }]);
    const retries = log.filter(({ type }) => type === 'node.retrying');
    expect(retries.map(({ attempt, data }) => [attempt, data?.['wait_ms']])).toEqual([
      [1, 10],
      [2, 20],
    ]);
    expect(retries[0]?.data).toMatchObject({
      error: { type: 'Error', message: 'attempt 1 crashed', retryable: true, attempts: 1 },
      due_at: expect.any(Number),
    });
  });

  it('holds why nodes failed and were skipped', async () => {
    const { run_id } = await finishedRun({
      nodes: [
        { id: 'a', type: 'agent.test.flaky', params: { failures: 1 }, retries: 0 },
        { id: 'b', type: 'agent.echo' },
      ],
      edges: [{ from: 'a', to: 'b' }],
    });
    const log = (await api.get(`/runs/${run_id}/logs`)).body as Entry[];
    const dataOf = (type: string) => log.find((entry) => entry.type === type)?.data;
    expect(dataOf('node.failed')).toEqual({
      error: { type: 'Error', message: 'attempt 1 crashed', retryable: true, attempts: 1 },
    });
    expect(dataOf('node.skipped')).toEqual({
      skip_reason: 'upstream_failed',
      skip_causes: [{ from: 'a', on: 'success', reason: 'upstream_failed', root: 'a' }],
    });
    expect(dataOf('run.failed')).toMatchObject({ error: { node_id: 'a', error: { message: 'attempt 1 crashed' } } });
  });
});

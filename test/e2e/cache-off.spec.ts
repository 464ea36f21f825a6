import { given } from '../support/given.js';
import { useApi } from '../support/use-api.js';
import { CacheSpace } from '../../src/storage/index.js';

const ECHO = { nodes: [{ id: 'a', type: 'agent.echo', params: { said: 'one' } }], edges: [] };

describe.each([
  ['CACHE__ENABLE_CACHE=false', { CACHE__ENABLE_CACHE: 'false' }, false],
  ['CACHE__MAX_CACHE_SIZE_MB=1', { CACHE__MAX_CACHE_SIZE_MB: '1' }, true],
])('with %s', (_name, env, keeps) => {
  const api = useApi({ env });

  it('answers the same, of graphs that change and of runs that go on', async () => {
    const graph_id = await given(api).graph(ECHO);
    const first = await api.post('/runs?wait=20', { graph_id });
    expect(first.body).toMatchObject({ status: 'SUCCESS', result: { outputs: { a: { said: 'one' } } } });
    const changed = { name: 'echo', ...ECHO, nodes: [{ id: 'a', type: 'agent.echo', params: { said: 'two' } }] };
    expect((await api.put(`/graphs/${graph_id}`, changed)).status).toBe(200);
    const second = await api.post('/runs?wait=20', { graph_id });
    expect(second.body).toMatchObject({ status: 'SUCCESS', result: { outputs: { a: { said: 'two' } } } });
    const { run_id } = first.body as { run_id: string };
    const explained = await api.get(`/runs/${run_id}/explain`);
    expect(explained.status).toBe(200);
    expect((await api.get(`/runs/${run_id}/explain`)).body).toEqual(explained.body);
    expect(api.service.app.get(CacheSpace).weight > 0).toBe(keeps);
  });

  it('never keeps more than it may', async () => {
    const said = 'x'.repeat(300_000);
    for (let time = 1; time <= 5; time++) {
      const { run_id } = await given(api).finishedRun({
        name: `large ${time}`,
        nodes: [{ id: 'a', type: 'agent.echo', params: { said } }],
        edges: [],
      });
      expect((await api.get(`/runs/${run_id}/explain`)).status).toBe(200);
      expect(api.service.app.get(CacheSpace).weight).toBeLessThanOrEqual(keeps ? 1_024 : 0);
    }
  });
});

import { StorageWriter } from '../../src/storage/index.js';
import { useApi } from '../support/use-api.js';

describe('what a run costs the database', () => {
  const api = useApi({ env: { EXECUTION__MAX_CONCURRENT_RUNS: '1' } });

  const createGraph = async (nodes: readonly object[], edges: readonly object[]): Promise<string> => {
    const { body } = await api.post('/graphs', { name: 'cost', nodes, edges });
    return (body as { graph_id: string }).graph_id;
  };
  const commitsOf = async (step: () => Promise<unknown>): Promise<number> => {
    const writer = api.service.app.get(StorageWriter);
    const before = writer.stats.units;
    await step();
    return writer.stats.units - before;
  };

  it('is four commits for a chain of three nodes: it begins with the commit that creates it', async () => {
    const echo = (id: string): object => ({ id, type: 'agent.echo' });
    const graphId = await createGraph(
      [echo('a'), echo('b'), echo('c')],
      [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'c' },
      ],
    );
    expect(await commitsOf(() => api.post('/runs?wait=10', { graph_id: graphId }))).toBe(4);
  });

  it('is one commit for a run that has to wait for its turn', async () => {
    const graphId = await createGraph([{ id: 'wait', type: 'agent.delay', params: { seconds: 600 } }], []);
    const running = await api.post('/runs', { graph_id: graphId });
    const commits = await commitsOf(async () => {
      const { body } = await api.post('/runs', { graph_id: graphId });
      const { run_id: runId } = body as { run_id: string };
      expect((await api.get(`/runs/${runId}`)).body).toMatchObject({ status: 'PENDING' });
    });
    expect(commits).toBe(1);
    await api.post(`/runs/${(running.body as { run_id: string }).run_id}/cancel`);
  });
});

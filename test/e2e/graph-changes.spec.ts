import { useApi } from '../support/use-api.js';

describe('a graph that has been run', () => {
  const api = useApi();
  const spec = (value: number): object => ({
    name: 'changing',
    nodes: [{ id: 'say', type: 'agent.echo', params: { value } }],
    edges: [],
  });
  const run = (graphId: string) => api.post('/runs?wait=10', { graph_id: graphId });

  it('is run as it was changed since, and not at all once it is archived', async () => {
    const { body } = await api.post('/graphs', spec(1));
    const { graph_id: graphId } = body as { graph_id: string };
    expect((await run(graphId)).body).toMatchObject({ graph_version: 1, result: { outputs: { say: { value: 1 } } } });
    await api.put(`/graphs/${graphId}`, spec(2));
    expect((await run(graphId)).body).toMatchObject({ graph_version: 2, result: { outputs: { say: { value: 2 } } } });
    expect((await api.delete(`/graphs/${graphId}`)).status).toBe(204);
    expect(await run(graphId)).toMatchObject({ status: 409, body: { type: '/problems/graph-archived' } });
  });
});

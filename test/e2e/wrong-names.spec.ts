import { given } from '../support/given.js';
import { useApi } from '../support/use-api.js';

const NODES = 2_000;
const WRONG = 10_000;

/** Comparing each with each would not come back within the time of a test. */
describe('A body with thousands of wrong names', () => {
  const api = useApi();
  const { finishedRun } = given(api);
  const nodes = Array.from({ length: NODES }, (_, index) => ({ id: `node_${index}`, type: 'agent.echo' }));
  const graph = { name: 'large', nodes, edges: [] };
  const wrong = Array.from({ length: WRONG }, (_, index) => `${'wrong'.repeat(8)}_${index}`);

  const expectFaults = (answer: { readonly status: number; readonly body: unknown }, count: number): void => {
    const errors = expect.arrayContaining([
      expect.objectContaining({ message: expect.stringContaining('the nearest known one is') as string }),
    ]) as object;
    expect(answer).toMatchObject({ status: 422, body: { detail: expect.stringContaining(`${count} faults`), errors } });
  };

  it('is refused at once by a simulation', async () => {
    const outcomes = Object.fromEntries(wrong.map((id) => [id, { output: 1 }]));
    expectFaults(await api.post('/graphs/simulate', { graph, outcomes }), WRONG);
  });

  it('is refused at once by a retry', async () => {
    const { run_id } = await finishedRun(graph, { options: { concurrency: 50 } });
    expectFaults(await api.post(`/runs/${run_id}/retry`, { from: wrong }), WRONG);
  });

  it('is refused for their number where they are labels', async () => {
    const labels = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`wrong label ${index}`, 1]));
    const answer = await api.post('/runs', { graph_id: 'g_01jd9x3k5r7s8t9v0w1x2y3z4a', labels });
    const message = '100000 labels: at most 20 are taken';
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '/labels', message }] } });
  });

  it('is refused at once where they are fields', async () => {
    const fields = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f${index}`, 1]));
    expectFaults(await api.post('/graphs', { ...fields, name: 'g', nodes: nodes.slice(0, 1), edges: [] }), 100_000);
  });
});

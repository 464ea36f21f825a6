import { TEST_DATABASE } from '../../support/test-database.js';
import { type Answer, BIG_OUTPUT, big, useLargeOutputs } from './use-large-outputs.js';

const OTHER = '{"n":8}';
/** As a literal of the database. */
const OTHER_BYTES = TEST_DATABASE === 'postgres' ? `'${OTHER}'` : `x'${Buffer.from(OTHER).toString('hex')}'`;

describe('a large output whose file is damaged', () => {
  const { api, graph, succeeded, logOf, query } = useLargeOutputs({ LOGGING__LEVEL: 'CRITICAL' });

  const damage = (id: string): Promise<unknown> =>
    query(`UPDATE artifacts SET body = ${OTHER_BYTES} WHERE run_id = ?`, id);
  const remove = (id: string): Promise<unknown> => query('DELETE FROM artifacts WHERE run_id = ?', id);

  it.each([
    ['was changed', damage],
    ['is missing', remove],
  ])('makes answers that need it say that it %s, and no others', async (what, harm) => {
    const graph_id = await graph({ nodes: [big], edges: [] });
    const start = async (): Promise<string> => ((await api.post('/runs?wait=20', { graph_id })).body as Answer).run_id;
    const [id, other] = [await start(), await start()];
    await harm(id);
    const problem = {
      status: 500,
      body: {
        type: '/problems/run-damaged',
        detail: expect.stringContaining(
          `run ${id}: the output of node "big" is kept in its file $output.big.1.json, which ${what}`,
        ),
      },
    };
    for (const path of ['', '/nodes/big', '/explain'])
      expect(await api.get(`/runs/${id}${path}`)).toMatchObject(problem);
    expect(await api.post(`/runs/${id}/retry`, { from: ['big'] })).toMatchObject(problem);
    expect(await logOf(id)).toHaveLength(5);
    expect(await succeeded(other)).toMatchObject({ result: { outputs: { big: BIG_OUTPUT } } });
    expect(await api.delete(`/runs/${id}`)).toMatchObject({ status: 204 });
  });
});

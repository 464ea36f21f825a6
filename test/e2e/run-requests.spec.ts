import { given } from '../support/given.js';
import { useApi } from '../support/use-api.js';

/** What a route refuses is in its documentation, or the checker of `useApi` fails the test. */
describe('Requests about runs that are not fit', () => {
  const api = useApi();
  const { finishedRun, graph } = given(api);
  let runId: string;

  beforeAll(async () => {
    runId = (await finishedRun()).run_id;
  });

  it('answers 400 to a cancel with a parameter or a body that is no JSON, 415 to one of another type', async () => {
    const path = `/runs/${runId}/cancel`;
    expect((await api.post(`${path}?force=1`)).status).toBe(400);
    expect((await api.post(path, undefined, { rawBody: '{' })).status).toBe(400);
    const yaml = { rawBody: 'a: 1', headers: { 'Content-Type': 'text/yaml' } };
    expect((await api.post(path, undefined, yaml)).status).toBe(415);
  });

  it.each(['', '/nodes/a', '/logs', '/stream', '/artifacts', '/artifacts/c.svg'])(
    'answers 400 to a path that is not encoded: /runs/%%ff%s',
    async (rest) => {
      expect(await api.get(`/runs/%ff${rest}`)).toMatchObject({ status: 400, body: { type: '/problems/bad-request' } });
    },
  );

  it.each(['R_01JD9X3K5R7S8T9V0W1X2Y3Z4A', 'g_01jd9x3k5r7s8t9v0w1x2y3z4a', '%20', 'x'.repeat(5_000)])(
    'answers 404 to the id %s, and to a cancel of it',
    async (id) => {
      const unknown = { status: 404, body: { type: '/problems/run-not-found' } };
      expect(await api.get(`/runs/${id}`)).toMatchObject(unknown);
      expect(await api.post(`/runs/${id}/cancel`)).toMatchObject(unknown);
    },
  );

  it.each(['__proto__', 'constructor', '0', 'none'])('answers 404 to the node %s', async (id) => {
    expect(await api.get(`/runs/${runId}/nodes/${id}`)).toMatchObject({
      status: 404,
      body: { type: '/problems/node-not-found' },
    });
  });

  it('answers 400 to more labels than a run can have, naming the parameter', async () => {
    const query = (count: number) => Array.from({ length: count }, (_, index) => `label=k${index}:v`).join('&');
    expect((await api.get(`/runs?${query(20)}`)).status).toBe(200);
    for (const count of [21, 900]) {
      expect(await api.get(`/runs?${query(count)}`)).toMatchObject({
        status: 400,
        body: { errors: [{ parameter: 'label' }] },
      });
    }
  });

  it('takes any JSON as input and keeps every key of it', async () => {
    const graph_id = await graph();
    for (const input of ['null', '[1,"x"]', '"text"', '0', '{"__proto__":{"a":1},"constructor":null}']) {
      const answer = await api.post('/runs?wait=20', undefined, {
        rawBody: `{"graph_id":"${graph_id}","input":${input}}`,
      });
      expect(answer.status).toBe(200);
      expect(JSON.stringify((answer.body as { readonly input: unknown }).input)).toBe(input);
    }
  });
});

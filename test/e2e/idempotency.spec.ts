import { useApi } from '../support/use-api.js';

const echo = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };

describe('Idempotency-Key', () => {
  const api = useApi();
  const create = (body: object, key: string) => api.post('/graphs', body, { headers: { 'Idempotency-Key': key } });
  const start = (body: object, key: string) => api.post('/runs', body, { headers: { 'Idempotency-Key': key } });

  it('gives the first answer again to the same request', async () => {
    const first = await create(echo, 'same');
    const second = await create(echo, 'same');
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
  });

  it('refuses the key for another body', async () => {
    await create(echo, 'other');
    const answer = await create({ ...echo, name: 'changed' }, 'other');
    expect(answer).toMatchObject({ status: 422, body: { type: '/problems/idempotency-mismatch' } });
  });

  it('keeps nothing of a request that failed', async () => {
    expect((await create({ ...echo, nodes: [] }, 'failed')).status).toBe(422);
    expect((await create(echo, 'failed')).status).toBe(201);
  });

  it('starts one run, however often it is asked for at once', async () => {
    const { graph_id } = (await api.post('/graphs', echo)).body as { graph_id: string };
    const answers = await Promise.all(Array.from({ length: 8 }, () => start({ graph_id }, 'once')));
    const statuses = new Set(answers.map((answer) => answer.status));
    expect([...statuses].every((status) => status === 202 || status === 409)).toBe(true);
    const again = await start({ graph_id }, 'once');
    expect(again.status).toBe(202);
    const runs = (await api.get(`/runs?graph_id=${graph_id}`)).body as { items: unknown[] };
    expect(runs.items).toHaveLength(1);
  });

  it('belongs to its route', async () => {
    const { graph_id } = (await create(echo, 'route')).body as { graph_id: string };
    expect((await start({ graph_id }, 'route')).status).toBe(202);
  });

  it('refuses a key of more than 255 characters', async () => {
    expect((await create(echo, 'x'.repeat(256))).status).toBe(400);
  });
});

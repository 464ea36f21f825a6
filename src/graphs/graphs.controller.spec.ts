import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useApi } from '../../test/support/use-api.js';

interface Created {
  readonly graph_id: string;
  readonly version: number;
  readonly warnings: readonly unknown[];
}

interface Page {
  readonly items: readonly { readonly graph_id: string; readonly name: string; readonly version: number }[];
  readonly next_cursor: string | null;
}

const DEMO: unknown = JSON.parse(readFileSync(join(process.cwd(), 'examples/fetch-analyze-chart.json'), 'utf8'));
const UNKNOWN = 'g_00000000000000000000000000';
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

const graphNamed = (name: string): object => ({ name, nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] });

describe('/graphs', () => {
  const api = useApi();

  const create = async (body: unknown): Promise<Created> => {
    const answer = await api.post('/graphs', body);
    expect(answer).toMatchObject({ status: 201 });
    return answer.body as Created;
  };

  describe('POST', () => {
    it('stores version 1 and says where it is', async () => {
      const { status, headers, body } = await api.post('/graphs', DEMO);
      const { graph_id } = body as Created;
      expect({ status, body }).toEqual({ status: 201, body: { graph_id, version: 1, warnings: [] } });
      expect(graph_id).toMatch(/^g_[0-9a-z]{26}$/);
      expect(headers.get('location')).toBe(`/graphs/${graph_id}`);
      expect((await api.get(`/graphs/${graph_id}`)).body).toEqual({
        graph_id,
        version: 1,
        name: 'demo',
        created_at: expect.stringMatching(TIME) as unknown,
        archived_at: null,
        graph: DEMO,
      });
    });

    it('keeps every key of the body, also those that JavaScript treats in a special way', async () => {
      const rawBody =
        '{"name":"keys","nodes":[{"id":"__proto__","type":"agent.echo","params":{"__proto__":{"a":1},"constructor":2}}],"edges":[]}';
      const { body } = await api.post('/graphs', undefined, { rawBody });
      const stored = await api.fetch(`/graphs/${(body as Created).graph_id}`);
      expect(await stored.text()).toContain(`"graph":${rawBody}`);
    });

    it('answers 422 with a pointer per fault and stores nothing', async () => {
      const body = { ...graphNamed('bad'), nodes: [{ id: 'a', type: 'agent.nope', colour: 'red' }], sinks: ['b'] };
      const answer = await api.post('/graphs', body);
      expect(answer.status).toBe(422);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.body).toMatchObject({
        type: '/problems/graph-invalid',
        detail: 'the graph has 3 faults',
        errors: [{ pointer: '/nodes/0/colour' }, { pointer: '/sinks/0' }, { pointer: '/nodes/0/type' }],
      });
      expect(((await api.get('/graphs?name=bad')).body as Page).items).toEqual([]);
    });

    it.each(['[]', 'null', '"graph"', ''])('answers 400 to the body %j, which is no object', async (rawBody) => {
      expect(await api.post('/graphs', undefined, { rawBody })).toMatchObject({ status: 400 });
    });

    it('answers a repeated request with the first answer', async () => {
      const headers = { 'Idempotency-Key': 'create-once' };
      const first = await api.post('/graphs', graphNamed('once'), { headers });
      const again = await api.post('/graphs', graphNamed('once'), { headers });
      expect(again).toMatchObject({ status: 201, body: first.body });
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(await api.post('/graphs', graphNamed('other'), { headers })).toMatchObject({ status: 422 });
      expect(((await api.get('/graphs?name=once')).body as Page).items).toHaveLength(1);
    });
  });

  describe('POST /validate', () => {
    it('says what creating would say, and stores nothing', async () => {
      const good = await api.post('/graphs/validate', graphNamed('only-checked'));
      expect(good).toMatchObject({ status: 200, body: { valid: true, errors: [], warnings: [] } });
      const bad = await api.post('/graphs/validate', { ...graphNamed('only-checked'), sinks: ['b'] });
      expect(bad).toMatchObject({
        status: 200,
        body: { valid: false, errors: [{ pointer: '/sinks/0', code: 'unknown-node' }], warnings: [] },
      });
      expect(((await api.get('/graphs?name=only-checked')).body as Page).items).toEqual([]);
    });
  });

  it('lists a hundred faults and counts the rest', async () => {
    const body = { ...graphNamed('many'), nodes: Array.from({ length: 130 }, () => 1) };
    const { errors } = (await api.post('/graphs/validate', body)).body as { readonly errors: readonly object[] };
    expect(errors).toHaveLength(101);
    expect(errors.at(-1)).toEqual({ pointer: '', code: 'more-faults', message: '30 more faults are not listed' });
    expect((await api.post('/graphs', body)).body).toMatchObject({ detail: 'the graph has 130 faults' });
  });

  describe('PUT', () => {
    it('adds a version and leaves the older ones as they were', async () => {
      const { graph_id } = await create(graphNamed('first'));
      const path = `/graphs/${graph_id}`;
      const answer = await api.put(path, graphNamed('second'));
      expect(answer).toMatchObject({ status: 200, body: { graph_id, version: 2, warnings: [] } });
      expect((await api.get(path)).body).toMatchObject({ version: 2, graph: graphNamed('second') });
      expect((await api.get(`${path}?version=1`)).body).toMatchObject({ version: 1, graph: graphNamed('first') });
      expect(await api.put(path, { name: 'third' })).toMatchObject({ status: 422 });
      expect(await api.get(`${path}?version=3`)).toMatchObject({ status: 404 });
    });

    it('refuses an archived graph', async () => {
      const { graph_id } = await create(graphNamed('gone'));
      await api.delete(`/graphs/${graph_id}`);
      const answer = await api.put(`/graphs/${graph_id}`, graphNamed('back'));
      expect(answer).toMatchObject({ status: 409, body: { type: '/problems/graph-archived' } });
    });
  });

  describe('DELETE', () => {
    it('archives: out of the list, still readable, again and again', async () => {
      const { graph_id } = await create(graphNamed('archived'));
      expect(await api.delete(`/graphs/${graph_id}`)).toMatchObject({ status: 204, body: '' });
      const first = (await api.get(`/graphs/${graph_id}`)).body;
      expect(first).toMatchObject({ archived_at: expect.stringMatching(TIME) as unknown });
      expect(await api.delete(`/graphs/${graph_id}`)).toMatchObject({ status: 204 });
      expect((await api.get(`/graphs/${graph_id}`)).body).toEqual(first);
      expect(((await api.get('/graphs?name=archived')).body as Page).items).toEqual([]);
    });
  });

  describe('GET', () => {
    it('lists the newest first, page by page', async () => {
      for (const version of [1, 2, 3])
        await create({ ...graphNamed('paged'), sinks: version === 2 ? ['a'] : undefined });
      const first = (await api.get('/graphs?name=paged&limit=2')).body as Page;
      const second = (await api.get(`/graphs?name=paged&limit=2&cursor=${first.next_cursor ?? ''}`)).body as Page;
      const ids = [...first.items, ...second.items].map((item) => item.graph_id);
      expect([first.items.length, second.items.length, second.next_cursor]).toEqual([2, 1, null]);
      expect(ids).toEqual([...ids].sort().reverse());
      expect(first.items[0]).toMatchObject({ name: 'paged', version: 1 });
    });

    it.each(['limit=0', 'limit=201', 'limit=ten', 'cursor=nonsense', 'order=asc', 'name='])(
      'answers 400 to ?%s, naming the parameter',
      async (query) => {
        const parameter = query.split('=')[0];
        expect(await api.get(`/graphs?${query}`)).toMatchObject({ status: 400, body: { errors: [{ parameter }] } });
      },
    );

    it.each(['0', '-1', 'latest', '1.5'])('answers 400 to the version %s', async (version) => {
      expect(await api.get(`/graphs/${UNKNOWN}?version=${version}`)).toMatchObject({ status: 400 });
    });
  });

  it.each([UNKNOWN, 'g_1', 'nonsense', '__proto__', "'%20OR%201=1"])('answers 404 to the id %s', async (id) => {
    const missing = { status: 404, body: { type: '/problems/graph-not-found' } };
    expect(await api.get(`/graphs/${id}`)).toMatchObject(missing);
    expect(await api.put(`/graphs/${id}`, graphNamed('x'))).toMatchObject(missing);
    expect(await api.delete(`/graphs/${id}`)).toMatchObject(missing);
  });
});

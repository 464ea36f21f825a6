import { useApi } from '../support/use-api.js';

const echo = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };

describe('Errors', () => {
  const api = useApi({ env: { LIMITS__MAX_BODY_BYTES: '200000', LIMITS__MAX_NODES: '50' } });

  afterEach(async () => {
    expect((await api.get('/health/ready')).status).toBe(200);
  });

  const problem = (type: string) =>
    expect.objectContaining({
      type: `/problems/${type}`,
      request_id: expect.any(String),
      instance: expect.any(String),
    });

  it.each([
    ['malformed JSON', '{"name": '],
    ['a trailing comma', '{"name": "x",}'],
    ['nesting beyond the limit', '['.repeat(100_000)],
    ['deep objects', '{"a":'.repeat(65) + '1' + '}'.repeat(65)],
    ['duplicate keys', '{"name": "a", "name": "b"}'],
    ['a number beyond doubles', '{"x": 1e999}'],
    ['an unpaired surrogate', '{"x": "\\ud800"}'],
    ['NUL', '{"x": "\\u0000"}'],
  ])('answers 400 to %s, saying where', async (_name, rawBody) => {
    const answer = await api.post('/graphs', undefined, { rawBody });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toEqual(problem('malformed-json'));
  });

  it('answers 400 to a body that is no object', async () => {
    expect((await api.post('/graphs', undefined, { rawBody: '[]' })).body).toEqual(problem('invalid-body'));
    expect((await api.post('/runs')).body).toEqual(problem('invalid-body'));
  });

  it('answers 413 to a body above the limit, compressed or not', async () => {
    const answer = await api.post('/graphs', undefined, { rawBody: `{"name": "${'x'.repeat(300_000)}"}` });
    expect(answer).toMatchObject({ status: 413, body: problem('payload-too-large') });
  });

  it('answers 415 to another content type', async () => {
    const answer = await api.post('/graphs', undefined, {
      rawBody: 'name: x',
      headers: { 'Content-Type': 'text/yaml' },
    });
    expect(answer).toMatchObject({ status: 415, body: problem('unsupported-media-type') });
  });

  it('answers 401 with WWW-Authenticate to a missing or wrong key, before it looks at the body', async () => {
    for (const headers of [{ 'X-API-Key': 'wrong' }, { 'X-API-Key': '' }]) {
      const answer = await api.post('/graphs', undefined, { rawBody: '{', headers });
      expect(answer).toMatchObject({ status: 401, body: problem('unauthorized') });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  it('takes the key as a bearer token too', async () => {
    const { API_KEY } = await import('../support/built-service.js');
    const answer = await api.get('/graphs', { headers: { 'X-API-Key': '', Authorization: `Bearer ${API_KEY}` } });
    expect(answer.status).toBe(200);
  });

  it('answers 404 to an unknown path and 405 with Allow to an unknown method', async () => {
    expect(await api.get('/nowhere')).toMatchObject({ status: 404, body: problem('not-found') });
    const answer = await api.delete('/runs');
    expect(answer).toMatchObject({ status: 405, body: problem('method-not-allowed') });
    expect(answer.headers.get('allow')).toMatch(/GET/);
  });

  it.each([
    ['/graphs/g_01jd9x3k5r7s8t9v0w1x2y3z4a', 'graph-not-found'],
    ['/graphs/nonsense', 'graph-not-found'],
    ['/runs/r_01jd9x3k5r7s8t9v0w1x2y3z4a', 'run-not-found'],
    ['/runs/__proto__', 'run-not-found'],
    ['/runs/r_01jd9x3k5r7s8t9v0w1x2y3z4a/logs', 'run-not-found'],
    ['/runs/r_01jd9x3k5r7s8t9v0w1x2y3z4a/stream', 'run-not-found'],
    ['/runs/r_01jd9x3k5r7s8t9v0w1x2y3z4a/artifacts/x.svg', 'run-not-found'],
  ])('answers 404 to %s', async (path, type) => {
    expect(await api.get(path)).toMatchObject({ status: 404, body: problem(type) });
  });

  it.each([
    ['/runs?limit=201', 'limit'],
    ['/runs?limit=x', 'limit'],
    ['/runs?status=DONE', 'status'],
    ['/runs?label=nocolon', 'label'],
    ['/runs?created_after=yesterday', 'created_after'],
    ['/runs?cursor=zzz', 'cursor'],
    ['/runs?colour=red', 'colour'],
    ['/graphs?limit=0', 'limit'],
  ])('answers 400 to %s, naming the parameter', async (path, parameter) => {
    const answer = await api.get(path);
    expect(answer).toMatchObject({ status: 400, body: problem('invalid-parameter') });
    expect((answer.body as { errors: unknown[] }).errors).toEqual([expect.objectContaining({ parameter })]);
  });

  it('answers 422 to a run that breaks a rule, with a pointer for each fault', async () => {
    const answer = await api.post('/runs', { graph_id: 5, labels: { 'a b': 'x' }, optoins: {} });
    expect(answer).toMatchObject({ status: 422, body: problem('run-invalid') });
    const pointers = (answer.body as { errors: { pointer: string }[] }).errors.map((error) => error.pointer);
    expect(pointers.sort()).toEqual(['/graph_id', '/labels/a b', '/optoins']);
  });

  it('answers 422 to a graph beyond the limits', async () => {
    const nodes = Array.from({ length: 51 }, (_, index) => ({ id: `n${index}`, type: 'agent.echo' }));
    const answer = await api.post('/graphs', { ...echo, nodes });
    expect(answer.body).toMatchObject({ errors: [{ pointer: '/nodes', code: 'limit-exceeded' }] });
  });

  it('answers 409 to a run of an archived graph, 404 to one of an unknown version', async () => {
    const { graph_id } = (await api.post('/graphs', echo)).body as { graph_id: string };
    expect((await api.post('/runs', { graph_id, version: 7 })).status).toBe(404);
    expect((await api.delete(`/graphs/${graph_id}`)).status).toBe(204);
    expect((await api.delete(`/graphs/${graph_id}`)).status).toBe(204);
    expect(await api.post('/runs', { graph_id })).toMatchObject({ status: 409, body: problem('graph-archived') });
    expect((await api.get(`/graphs/${graph_id}`)).status).toBe(200);
  });

  it('gives every answer a request id: the caller’s if it is fit, else a new one', async () => {
    expect((await api.get('/graphs', { headers: { 'X-Request-ID': 'mine-1' } })).headers.get('x-request-id')).toBe(
      'mine-1',
    );
    const unfit = await api.get('/nowhere', { headers: { 'X-Request-ID': 'not fit' } });
    expect(unfit.headers.get('x-request-id')).not.toBe('not fit');
    expect((unfit.body as { request_id: string }).request_id).toBe(unfit.headers.get('x-request-id'));
  });
});

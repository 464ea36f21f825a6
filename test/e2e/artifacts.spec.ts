import { given } from '../support/given.js';
import { useApi } from '../support/use-api.js';

describe('GET /runs/{run_id}/artifacts/{name}', () => {
  const api = useApi();
  const { finishedRun } = given(api);
  let url: string;

  beforeAll(async () => {
    const { run_id } = await finishedRun(
      {
        nodes: [{ id: 'c', type: 'agent.chart', params: { spec: { kind: 'bar' } } }],
        edges: [{ from: '$input', to: 'c', map: { series: 'series' } }],
      },
      { input: { series: [3, 1, 2] } },
    );
    url = `/runs/${run_id}/artifacts/c.svg`;
  });

  const etag = async (): Promise<string> => (await api.fetch(url)).headers.get('etag') ?? '';

  it.each([
    ['alone', (tag: string) => tag],
    ['in its weak form', (tag: string) => `W/${tag}`],
    ['in a list', (tag: string) => `"other", ${tag}`],
    ['as a star', () => '*'],
  ])('answers 304 without a body to its tag %s', async (_name, header) => {
    const tag = await etag();
    const answer = await api.fetch(url, { headers: { 'If-None-Match': header(tag) } });
    expect(answer.status).toBe(304);
    expect(answer.headers.get('etag')).toBe(tag);
    expect(await answer.text()).toBe('');
  });

  it('answers the file to another tag', async () => {
    const answer = await api.fetch(url, { headers: { 'If-None-Match': '"other"' } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/^<svg/);
  });

  it('says how long it is, what it is called and that it may do nothing', async () => {
    const answer = await api.fetch(url);
    const body = await answer.arrayBuffer();
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/svg+xml',
      'content-length': String(body.byteLength),
      'content-disposition': 'inline; filename="c.svg"',
      'content-security-policy': expect.stringMatching(/default-src 'none'.*sandbox/),
      'x-content-type-options': 'nosniff',
    });
    const list = (await api.get(url.replace(/\/[^/]+$/, ''))).body as { readonly items: readonly object[] };
    expect(list.items).toEqual([expect.objectContaining({ name: 'c.svg', bytes: body.byteLength, url })]);
  });

  it('answers HEAD with the same headers alone', async () => {
    const answer = await api.fetch(url, { method: 'HEAD' });
    const full = await api.fetch(url);
    for (const name of ['etag', 'content-type', 'content-length']) {
      expect(answer.headers.get(name)).toBe(full.headers.get(name));
    }
    expect(await answer.text()).toBe('');
  });

  it.each(['d.svg', '..%2Fc.svg', '__proto__', 'c.svg%2F'])('answers 404 to the name %s', async (name) => {
    const answer = await api.get(url.replace('c.svg', name));
    expect(answer).toMatchObject({ status: 404, body: { type: '/problems/artifact-not-found' } });
  });
});

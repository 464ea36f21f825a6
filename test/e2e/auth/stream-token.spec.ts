import { makeKey, sameIn, withBearer, withKey } from '../../support/auth-client.js';
import { API_KEY } from '../../support/built-service.js';
import { given } from '../../support/given.js';
import { useApi } from '../../support/use-api.js';
import { waitFor } from '../../support/wait-for.js';

const UNKNOWN = 'r_01jd9x3k5r7s8t9v0w1x2y3z4a';
const NOBODY = { 'X-API-Key': '' };

describe('A token for a stream', () => {
  const api = useApi();
  let runId: string;
  beforeAll(async () => {
    runId = (await given(api).finishedRun()).run_id;
  });

  const tokenFor = async (run_id: string, body = {}, options?: Parameters<typeof api.post>[2]) => {
    const answer = await api.post('/auth/stream-token', { run_id, ...body }, options);
    expect(answer).toMatchObject({ status: 201 });
    return answer.body as { token: string; expires_at: string };
  };
  const open = (path: string, token: string) => api.fetch(`${path}?access_token=${token}`, { headers: NOBODY });
  const streamOf = (id: string) => `/runs/${id}/stream`;

  it('opens the stream of its run, for at most a minute', async () => {
    const asked = Date.now();
    const { token, expires_at } = await tokenFor(runId);
    expect(Date.parse(expires_at) - asked).toBeLessThanOrEqual(60_000);
    expect(Date.parse(expires_at) - asked).toBeGreaterThan(55_000);
    const stream = await open(streamOf(runId), token);
    expect(stream.status).toBe(200);
    expect(await stream.text()).toContain('event: stream.end');
  });

  it('opens nothing else', async () => {
    const { token } = await tokenFor(runId);
    const other = (await given(api).finishedRun()).run_id;
    const stranger = sameIn(await api.get('/runs', { headers: NOBODY }));
    for (const path of [streamOf(other), '/events', '/runs', `/runs/${runId}`, `/runs/${runId}/logs`, '/config']) {
      const answer = await open(path, token);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe((stranger as { challenge: string }).challenge);
      await answer.body?.cancel();
    }
    expect((await api.get(streamOf(runId), withKey(token))).status).toBe(401);
    expect((await api.get(streamOf(runId), withBearer(token))).status).toBe(401);
    const post = await api.fetch(`/runs/${runId}/cancel?access_token=${token}`, { method: 'POST', headers: NOBODY });
    expect(post.status).toBe(401);
  });

  it('is no parameter of anything else', async () => {
    expect(await api.get(`/runs?access_token=${API_KEY}`)).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: 'access_token', code: 'unknown-parameter' }] },
    });
  });

  it('is refused like anything that is no token for it', async () => {
    const { token } = await tokenFor(runId);
    for (const wrong of ['', 'x', `${token}x`, token.slice(0, -2), API_KEY, `${token}&access_token=${token}`]) {
      const answer = await open(streamOf(runId), wrong);
      expect(answer.status).toBe(401);
      await answer.body?.cancel();
    }
  });

  it('expires', async () => {
    const { token } = await tokenFor(runId, { expires_in: 1 });
    await waitFor('the token to expire', async () => {
      const answer = await open(streamOf(runId), token);
      await answer.body?.cancel();
      return answer.status === 401;
    });
  });

  it('ends with the key that asked for it', async () => {
    const { key, key_id } = await makeKey(api, { scopes: ['runs:read'] });
    const { token } = await tokenFor(runId, {}, withKey(key));
    await api.delete(`/api-keys/${key_id}`);
    const answer = await open(streamOf(runId), token);
    expect(answer.status).toBe(401);
    await answer.body?.cancel();
  });

  it('is made for runs that exist, by callers who may read them', async () => {
    expect(await api.post('/auth/stream-token', { run_id: UNKNOWN })).toMatchObject({
      status: 404,
      body: { type: '/problems/run-not-found' },
    });
    const { key } = await makeKey(api, { scopes: ['runs:write'] });
    expect((await api.post('/auth/stream-token', { run_id: runId }, withKey(key))).status).toBe(403);
    for (const body of [{}, { run_id: runId, expires_in: 61 }, { run_id: runId, expires_in: 0.5 }, { run_id: 5 }]) {
      expect((await api.post('/auth/stream-token', body)).status).toBe(422);
    }
  });

  it('is beaten by a key in a header, and does no harm beside it', async () => {
    const stream = await api.fetch(`${streamOf(runId)}?access_token=wrong`);
    expect(stream.status).toBe(200);
    await stream.text();
  });
});

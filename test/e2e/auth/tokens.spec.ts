import { decodeJwt, decodeProtectedHeader } from 'jose';
import { makeKey, withBearer, withKey } from '../../support/auth-client.js';
import { API_KEY } from '../../support/built-service.js';
import { useApi } from '../../support/use-api.js';

const SECRET = 'a-secret-of-the-tests-0123456789abcdef';

interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in: number;
  readonly scope: string;
}

describe('A token in exchange for a key', () => {
  const api = useApi({ env: { SECURITY__JWT_SECRET: SECRET, SECURITY__JWT_EXPIRATION_HOURS: '2' } });
  const exchange = (key: string, body?: object) => api.post('/auth/token', body, withKey(key));
  const tokenOf = async (key: string, body?: object) => (await exchange(key, body)).body as TokenAnswer;
  const statusOf = async (token: string, path = '/runs') => (await api.get(path, withBearer(token))).status;

  it('may do what the key may, for an hour', async () => {
    const { key, key_id } = await makeKey(api, { scopes: ['runs:read', 'keys'], namespace: 'team-a' });
    const answer = await exchange(key);
    expect(answer).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 3_600, scope: 'runs:read keys' },
    });
    const { access_token } = answer.body as TokenAnswer;
    expect(decodeProtectedHeader(access_token)).toEqual({ alg: 'HS256', typ: 'wand+jwt' });
    expect(decodeJwt(access_token)).toMatchObject({ sub: key_id, namespace: 'team-a', scope: 'runs:read keys' });
    expect(await statusOf(access_token)).toBe(200);
    expect(await statusOf(access_token, '/graphs')).toBe(403);
    expect((await makeKey(api, { scopes: ['runs:read'] }, withBearer(access_token))).namespace).toBe('team-a');
  });

  it('may do less, for a shorter time, when asked to', async () => {
    const { access_token, ...rest } = await tokenOf(API_KEY, { scope: 'graphs:read', expires_in: 60 });
    expect(rest).toEqual({ token_type: 'Bearer', expires_in: 60, scope: 'graphs:read' });
    expect([await statusOf(access_token, '/graphs'), await statusOf(access_token)]).toEqual([200, 403]);
  });

  it('never more, nor for longer', async () => {
    const { key } = await makeKey(api, { scopes: ['runs:read'] });
    expect(await exchange(key, { scope: 'runs:read admin' })).toMatchObject({
      status: 403,
      body: { detail: 'this needs the scope "admin", which your key does not have' },
    });
    expect((await tokenOf(key, { expires_in: 7_200 })).expires_in).toBe(7_200);
    expect(await exchange(key, { expires_in: 7_201 })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/expires_in', message: expect.stringContaining('from 1 to 7200') }] },
    });
    const { access_token } = await tokenOf(key);
    expect((await api.post('/auth/token', {}, withBearer(access_token))).status).toBe(403);
  });

  it.each([{ scope: 'runs:reed' }, { scope: '' }, { scope: 'runs:read  keys' }, { expires_in: 0 }, { expires: 5 }])(
    'is not made as %j says',
    async (body) => {
      expect(await exchange(API_KEY, body)).toMatchObject({ status: 422, body: { type: '/problems/token-invalid' } });
    },
  );

  it('ends with the key, whichever way that ends', async () => {
    const revoked = await makeKey(api, { scopes: ['runs:read'] });
    const token = (await tokenOf(revoked.key)).access_token;
    expect(await statusOf(token)).toBe(200);
    await api.delete(`/api-keys/${revoked.key_id}`);
    expect(await statusOf(token)).toBe(401);

    const expires_at = new Date(Date.now() + 60_000).toISOString();
    const { key } = await makeKey(api, { scopes: ['runs:read'], expires_at });
    expect((await tokenOf(key)).expires_in).toBeLessThanOrEqual(60);
  });

  it('is the same caller as the key: its requests are repeated as the key has made them', async () => {
    const { key } = await makeKey(api, { scopes: ['graphs:write'] });
    const graph = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };
    const repeat = (headers: Record<string, string>) =>
      api.post('/graphs', graph, { headers: { ...headers, 'Idempotency-Key': 'once' } });
    const first = await repeat(withKey(key).headers);
    const second = await repeat(withBearer((await tokenOf(key)).access_token).headers);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.body).toEqual(first.body);
  });
});

describe('A service without a secret', () => {
  const api = useApi();

  it('says what it needs to make tokens', async () => {
    expect(await api.post('/auth/token')).toMatchObject({
      status: 409,
      body: {
        type: '/problems/tokens-not-configured',
        detail: expect.stringContaining('SECURITY__JWT_SECRET'),
      },
    });
  });
});

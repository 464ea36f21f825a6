import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { makeKey, sameIn, withBearer, withKey } from '../../support/auth-client.js';
import { API_KEY } from '../../support/built-service.js';
import { useApi } from '../../support/use-api.js';

const SECRET = 'a-secret-of-the-tests-0123456789abcdef';
const ISSUER = 'https://id.example.com';
const AUDIENCE = 'wand-tests';
const HOUR = 3_600;

interface Changes {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly secret?: string;
}

/** A token that is right, but for the changes. */
function tokenWith({ claims, header, secret = SECRET }: Changes = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const payload = { iss: ISSUER, aud: AUDIENCE, sub: 'alice', scope: 'runs:read', exp: now + HOUR, ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', ...header }).sign(Buffer.from(secret));
}

const unsigned = (header: object, payload: object): string =>
  `${[header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

describe('Whoever has no valid credential', () => {
  const api = useApi({
    env: {
      SECURITY__JWT_SECRET: SECRET,
      SECURITY__JWT_ISSUER: ISSUER,
      SECURITY__JWT_AUDIENCE: AUDIENCE,
      SECURITY__API_KEYS: JSON.stringify([{ name: 'digest', key_sha256: 'ab'.repeat(32), scopes: ['admin'] }]),
    },
  });
  const now = () => Math.floor(Date.now() / 1_000);
  const bearer = async (changes: Changes) => withBearer(await tokenWith(changes)).headers;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

  it('is told from whoever has one', async () => {
    expect((await api.get('/runs', withBearer(await tokenWith()))).status).toBe(200);
    expect((await api.get('/runs', withBearer(await tokenWith({ claims: { aud: ['x', AUDIENCE] } })))).status).toBe(
      200,
    );
  });

  const cases: readonly (readonly [
    name: string,
    headers: () => Promise<Record<string, string>> | Record<string, string>,
  ])[] = [
    ['nothing', () => ({ 'X-API-Key': '' })],
    ['an unknown key', () => ({ 'X-API-Key': 'unknown' })],
    ['a part of the key', () => ({ 'X-API-Key': API_KEY.slice(0, -1) })],
    ['the key with something behind it', () => ({ 'X-API-Key': `${API_KEY}x` })],
    ['an unknown key of the right form', () => ({ 'X-API-Key': `wand_${'A'.repeat(43)}` })],
    ['a digest instead of its key', () => ({ 'X-API-Key': 'ab'.repeat(32) })],
    ['another scheme', () => ({ 'X-API-Key': '', Authorization: `Basic ${API_KEY}` })],
    ['a bearer without a token', () => ({ 'X-API-Key': '', Authorization: 'Bearer' })],
    [
      'a revoked key',
      async () => {
        const { key, key_id } = await makeKey(api, { scopes: ['runs:read'] });
        await api.delete(`/api-keys/${key_id}`);
        return withKey(key).headers;
      },
    ],
    ['three words', () => withBearer('a.b.c').headers],
    ['a token without a signature', () => withBearer(unsigned({ alg: 'HS256' }, { sub: 'alice' })).headers],
    [
      'a token of the algorithm none',
      () =>
        withBearer(unsigned({ alg: 'none' }, { iss: ISSUER, aud: AUDIENCE, scope: 'admin', exp: now() + HOUR }))
          .headers,
    ],
    ['a token of another secret', () => bearer({ secret: 'x'.repeat(40) })],
    ['a token signed with a stronger algorithm than configured', () => bearer({ header: { alg: 'HS512' } })],
    [
      'a token of another algorithm',
      async () => {
        const payload = { iss: ISSUER, aud: AUDIENCE, scope: 'admin', exp: now() + HOUR };
        return withBearer(await new SignJWT(payload).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)).headers;
      },
    ],
    [
      'a token signed with a public key as the secret',
      () => bearer({ secret: publicKey.export({ type: 'spki', format: 'pem' }).toString() }),
    ],
    ['a token of another issuer', () => bearer({ claims: { iss: 'https://evil.example.com' } })],
    ['a token of no issuer', () => bearer({ claims: { iss: undefined } })],
    ['a token for another audience', () => bearer({ claims: { aud: 'others' } })],
    ['an expired token', () => bearer({ claims: { exp: now() - 60 } })],
    ['a token that never expires', () => bearer({ claims: { exp: undefined } })],
    ['a token whose expiry is no number', () => bearer({ claims: { exp: 'never' } })],
    ['a token for later', () => bearer({ claims: { nbf: now() + 60 } })],
    ['a token of an impossible namespace', () => bearer({ claims: { namespace: '../other' } })],
    [
      'a token with a critical header that nobody knows',
      () => withBearer(unsigned({ alg: 'HS256', crit: ['x'], x: 1 }, {})).headers,
    ],
    ['a token that claims to be one of ours', () => bearer({ header: { typ: 'wand+jwt' } })],
    [
      'a token like one of ours of a key that does not exist',
      () =>
        bearer({
          header: { typ: 'wand+jwt' },
          claims: { iss: 'wand', aud: 'wand', sub: 'k_01jd9x3k5r7s8t9v0w1x2y3z4a' },
        }),
    ],
    ['a token in the wrong header', async () => ({ 'X-API-Key': await tokenWith() })],
  ];

  it.each(cases)('gets the same answer for %s', async (_name, headers) => {
    const stranger = sameIn(await api.get('/runs', { headers: { 'X-API-Key': '' } }));
    expect(sameIn(await api.get('/runs', { headers: await headers() }))).toEqual(stranger);
    expect(stranger).toMatchObject({ status: 401, challenge: 'Bearer realm="wand"' });
  });

  it('is not held up where none is needed', async () => {
    const expired = await bearer({ claims: { exp: 1 } });
    for (const path of ['/health', '/health/ready', '/openapi.json']) {
      expect((await api.get(path, { headers: expired })).status).toBe(200);
    }
  });

  it('does not have its body read', async () => {
    const answer = await api.post('/graphs', undefined, {
      rawBody: '{',
      headers: await bearer({ secret: 'y'.repeat(40) }),
    });
    expect(answer.status).toBe(401);
  });

  it('is let in by the right one of two', async () => {
    const headers = { 'X-API-Key': 'wrong', Authorization: `Bearer ${await tokenWith()}` };
    expect((await api.get('/runs', { headers })).status).toBe(200);
  });
});

describe('A service without any credential configured', () => {
  const api = useApi({ env: { SECURITY__API_KEY: '' } });

  it('lets everybody in who sends nothing of it', async () => {
    const sent: Record<string, string>[] = [{ 'X-API-Key': '' }, { 'X-API-Key': 'any' }, withBearer('a.b.c').headers];
    for (const headers of sent) {
      expect((await api.get('/runs', { headers })).status).toBe(200);
    }
  });

  it('knows its own keys, and holds them to what they may do', async () => {
    const { key, key_id } = await makeKey(api, { scopes: ['runs:read'] });
    expect((await api.get('/runs', withKey(key))).status).toBe(200);
    expect((await api.get('/graphs', withKey(key))).status).toBe(403);
    await api.delete(`/api-keys/${key_id}`);
    expect((await api.get('/runs', withKey(key))).status).toBe(401);
  });
});

describe('The namespace of a request', () => {
  const api = useApi();
  const naming = (namespace: string, key: string) => ({
    headers: { 'X-API-Key': key, 'X-Wand-Namespace': namespace },
  });

  it('is named by callers with admin, and else only as what it is anyway', async () => {
    const { key } = await makeKey(api, { scopes: ['runs:read'], namespace: 'team-a' });
    expect((await api.get('/runs', naming('team-b', API_KEY))).status).toBe(200);
    expect((await api.get('/runs', naming('team-a', key))).status).toBe(200);
    expect(await api.get('/runs', naming('team-b', key))).toMatchObject({
      status: 403,
      body: { type: '/problems/forbidden', detail: expect.stringContaining('"admin"') },
    });
  });

  it.each(['', 'Team', '-a', 'a_b', 'x'.repeat(64)])('is refused when it is %j', async (namespace) => {
    expect(await api.get('/runs', naming(namespace, API_KEY))).toMatchObject({
      status: 400,
      body: { type: '/problems/invalid-parameter', errors: [{ parameter: 'X-Wand-Namespace' }] },
    });
  });

  it('means nothing where no credential is needed', async () => {
    expect((await api.get('/health', naming('Team', 'wrong'))).status).toBe(200);
    expect((await api.get('/health', naming('Team', API_KEY))).status).toBe(200);
  });
});

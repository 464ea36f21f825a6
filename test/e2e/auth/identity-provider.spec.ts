import { loadConfig } from '../../../src/config/index.js';
import { makeKey, sameIn, withBearer } from '../../support/auth-client.js';
import { IdentityProvider } from '../../support/identity-provider.js';
import { useApi } from '../../support/use-api.js';
import { waitFor } from '../../support/wait-for.js';

const SECRET = 'a-secret-of-the-tests-0123456789abcdef';

describe.each(['RS256', 'ES256'] as const)('Tokens of an identity provider that signs with %s', (alg) => {
  let provider: IdentityProvider;
  let first: Awaited<ReturnType<IdentityProvider['makeKey']>>;
  const env: Record<string, string> = {
    SECURITY__JWT_ALGORITHM: alg,
    SECURITY__JWT_AUDIENCE: 'wand',
    LOGGING__LEVEL: 'CRITICAL',
  };
  beforeAll(async () => {
    provider = await IdentityProvider.start();
    env['SECURITY__JWT_JWKS_URL'] = provider.url;
    env['SECURITY__JWT_ISSUER'] = provider.url;
    env['SECURITY__JWT_SECRET'] = SECRET;
    first = await provider.makeKey(alg, 'first');
  });
  afterAll(() => provider.stop());

  const api = useApi({ env });
  const answerTo = async (token: string | Promise<string>, path = '/runs') => api.get(path, withBearer(await token));
  const statusOf = async (token: string | Promise<string>) => (await answerTo(token)).status;

  it('cannot be checked while it does not answer, which is not their fault', async () => {
    provider.fail(true);
    const answer = await answerTo(provider.sign(first));
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/identity-provider-unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('5');
    expect((await answerTo(provider.sign(first), '/health')).status).toBe(200);
    provider.fail(false);
    provider.publish(first);
    await waitFor('the provider to be asked again', async () => (await statusOf(provider.sign(first))) === 200);
  });

  it('open what their scopes say, in their namespace', async () => {
    const token = provider.sign(first, { namespace: 'team-a', scope: 'keys runs:read openid' });
    expect(await statusOf(token)).toBe(200);
    const refused = await answerTo(token, '/graphs');
    expect(refused).toMatchObject({
      status: 403,
      body: { detail: 'this needs the scope "graphs:read", which your token does not have' },
    });
    expect((await makeKey(api, { scopes: ['runs:read'] }, withBearer(await token))).namespace).toBe('team-a');
  });

  it('do not have the provider asked for every request', async () => {
    const before = provider.asked;
    for (const sub of ['a', 'b', 'c']) expect(await statusOf(provider.sign(first, { sub }))).toBe(200);
    expect(provider.asked).toBe(before);
  });

  it('are refused alike, whatever is wrong with them', async () => {
    const stranger = sameIn(await api.get('/runs', { headers: { 'X-API-Key': '' } }));
    const other = await provider.makeKey(alg, 'first');
    const confused = await import('jose').then(({ SignJWT }) =>
      new SignJWT({ iss: provider.url, aud: 'wand', scope: 'admin', exp: 9_999_999_999 })
        .setProtectedHeader({ alg: 'HS256', kid: 'first' })
        .sign(Buffer.from(JSON.stringify(first.jwk))),
    );
    const ofTheSecret = await import('jose').then(({ SignJWT }) =>
      new SignJWT({ iss: provider.url, aud: 'wand', scope: 'admin', exp: 9_999_999_999 })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(Buffer.from(SECRET)),
    );
    const wrong = [
      await provider.sign(other),
      await provider.sign({ ...first, kid: 'unknown' }),
      await provider.sign(first, { iss: 'https://evil.example.com' }),
      await provider.sign(first, { aud: 'others' }),
      await provider.sign(first, { exp: 1 }),
      await provider.sign(first, { namespace: 'No' }),
      confused,
      ofTheSecret,
    ];
    for (const token of wrong) expect(sameIn(await answerTo(token))).toEqual(stranger);
  });

  it('are not exchanged for ours, while keys are', async () => {
    const refused = await api.post('/auth/token', {}, withBearer(await provider.sign(first)));
    expect(refused).toMatchObject({ status: 403, body: { detail: 'only a key is exchanged for a token' } });
    const { access_token } = (await api.post('/auth/token', {})).body as { access_token: string };
    expect(await statusOf(access_token)).toBe(200);
  });

  it('go on with a new key within seconds of its publication', async () => {
    const second = await provider.makeKey(alg, 'second');
    expect(await statusOf(provider.sign(second))).toBe(401);
    provider.publish(first, second);
    await waitFor('the new key to be fetched', async () => (await statusOf(provider.sign(second))) === 200);
    expect(await statusOf(provider.sign(first, { sub: 'still' }))).toBe(200);
  });

  it('are checked with the keys that are known while the provider does not answer', async () => {
    provider.fail(true);
    expect(await statusOf(provider.sign(first, { sub: 'later' }))).toBe(200);
    provider.fail(false);
  });

  it('are worth a warning while the configuration leaves open for whom they are', () => {
    const { SECURITY__JWT_AUDIENCE: _audience, SECURITY__JWT_ISSUER: _issuer, ...open } = env;
    const { warnings } = loadConfig({
      env: { ...open, ENVIRONMENT: 'testing' },
      cwd: __dirname,
      packageRoot: process.cwd(),
    });
    expect(warnings).toEqual([
      expect.stringContaining('SECURITY__JWT_ISSUER is not set'),
      expect.stringContaining('SECURITY__JWT_AUDIENCE is not set'),
    ]);
  });
});

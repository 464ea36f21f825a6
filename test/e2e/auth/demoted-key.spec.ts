import { createHash } from 'node:crypto';
import { withBearer, withKey } from '../../support/auth-client.js';
import { given } from '../../support/given.js';
import { type Api, useApi } from '../../support/use-api.js';

const SECRET = 'a-secret-of-the-tests-0123456789abcdef';
const KEY = 'a-key-that-is-demoted-0123456789abcdef';

const envWith = (entry: {
  readonly scopes: readonly string[];
  readonly namespace: string;
}): Record<string, string> => ({
  SECURITY__JWT_SECRET: SECRET,
  SECURITY__API_KEYS: JSON.stringify([
    { name: 'demoted', key_sha256: createHash('sha256').update(KEY).digest('hex'), ...entry },
  ]),
});

/** The same configured key before and after its operator has taken rights away from it. */
describe('Tokens of a key', () => {
  const before = useApi({ env: envWith({ scopes: ['admin'], namespace: 'default' }) });
  const moved = useApi({ env: envWith({ scopes: ['runs:read', 'graphs:read'], namespace: 'team-b' }) });
  const writer = useApi({ env: envWith({ scopes: ['runs:write'], namespace: 'default' }) });

  const tokenIn = async (namespace: string): Promise<string> => {
    const headers = { ...withKey(KEY).headers, 'X-Wand-Namespace': namespace };
    const answer = await before.post('/auth/token', { scope: 'runs:read' }, { headers });
    return (answer.body as { readonly access_token: string }).access_token;
  };
  const streamToken = async (): Promise<{ readonly path: string; readonly token: string }> => {
    const { run_id } = await given(before).finishedRun();
    const { body } = await before.post('/auth/stream-token', { run_id }, withKey(KEY));
    return { path: `/runs/${run_id}/stream`, token: (body as { readonly token: string }).token };
  };
  const openedBy = async (api: Api, { path, token }: Awaited<ReturnType<typeof streamToken>>): Promise<number> => {
    const stream = await api.fetch(`${path}?access_token=${token}`, { headers: { 'X-API-Key': '' } });
    await stream.text();
    return stream.status;
  };

  it('end in the namespaces that the key may not be in any more', async () => {
    const token = withBearer(await tokenIn('team-x'));
    expect((await before.get('/runs', token)).status).toBe(200);
    expect((await moved.get('/runs', token)).status).toBe(401);
    expect((await moved.get('/runs', withBearer(await tokenIn('team-b')))).status).toBe(200);
  });

  it('for streams end there too, and with the right to read runs', async () => {
    const made = await streamToken();
    expect(await openedBy(before, made)).toBe(200);
    expect(await openedBy(moved, made)).toBe(401);
    expect(await openedBy(writer, made)).toBe(401);
  });
});

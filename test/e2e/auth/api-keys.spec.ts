import { makeKey, withKey } from '../../support/auth-client.js';
import { given } from '../../support/given.js';
import { useApi } from '../../support/use-api.js';
import { waitFor } from '../../support/wait-for.js';

const UNKNOWN = 'k_01jd9x3k5r7s8t9v0w1x2y3z4a';

describe('API keys', () => {
  const api = useApi();
  const statusOf = async (key: string, path = '/runs') => (await api.get(path, withKey(key))).status;
  const problem = (type: string) => expect.objectContaining({ type: `/problems/${type}` });

  it('are told once, and described without the key from then on', async () => {
    const made = await api.post('/api-keys', { name: 'ci', scopes: ['runs:read', 'runs:write'] });
    expect(made).toMatchObject({
      status: 201,
      body: {
        key_id: expect.stringMatching(/^k_[0-9a-z]{26}$/),
        key: expect.stringMatching(/^wand_[0-9A-Za-z]{43}$/),
        name: 'ci',
        namespace: 'default',
        scopes: ['runs:read', 'runs:write'],
        status: 'active',
        expires_at: null,
        last_used_at: null,
        revoked_at: null,
        replaced_by: null,
      },
    });
    const { key, ...described } = made.body as { key: string; key_id: string; prefix: string };
    expect(key.startsWith(described.prefix)).toBe(true);
    expect(made.headers.get('location')).toBe(`/api-keys/${described.key_id}`);
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect((await api.get(`/api-keys/${described.key_id}`)).body).toEqual(described);
    expect((await api.get('/api-keys?limit=1')).body).toMatchObject({ items: [described] });
  });

  it('are not kept for whoever repeats the request', async () => {
    const headers = { 'Idempotency-Key': 'again' };
    const first = await makeKey(api, { scopes: ['runs:read'] }, { headers });
    const second = await makeKey(api, { scopes: ['runs:read'] }, { headers });
    expect(second.key_id).not.toBe(first.key_id);
  });

  it('are listed by page, newest first', async () => {
    const keys = [];
    for (const name of ['one', 'two', 'three']) keys.unshift(await makeKey(api, { name, scopes: ['runs:read'] }));
    const first = (await api.get('/api-keys?limit=2')).body as { items: { key_id: string }[]; next_cursor: string };
    const second = (await api.get(`/api-keys?limit=1&cursor=${first.next_cursor}`)).body as typeof first;
    expect([...first.items, ...second.items].map(({ key_id }) => key_id)).toEqual(keys.map(({ key_id }) => key_id));
    expect((await api.get('/api-keys?limit=0')).status).toBe(400);
    expect((await api.get('/api-keys?cursor=zzz')).status).toBe(400);
  });

  it('open what their scopes say, sent either way', async () => {
    const { key } = await makeKey(api, { scopes: ['runs:read'] });
    expect(await statusOf(key)).toBe(200);
    expect((await api.get('/runs', { headers: { 'X-API-Key': '', Authorization: `Bearer ${key}` } })).status).toBe(200);
    const refused = await api.get('/graphs', withKey(key));
    expect(refused).toMatchObject({ status: 403, body: problem('forbidden') });
    expect((refused.body as { detail: string }).detail).toBe(
      'this needs the scope "graphs:read", which your key does not have',
    );
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer realm="wand", error="insufficient_scope", scope="graphs:read"',
    );
  });

  it('end when they expire', async () => {
    const expires_at = new Date(Date.now() + 600).toISOString();
    const { key, key_id } = await makeKey(api, { scopes: ['runs:read'], expires_at });
    expect(await statusOf(key)).toBe(200);
    await waitFor('the key to expire', async () => (await statusOf(key)) === 401);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expires_at));
    expect((await api.get(`/api-keys/${key_id}`)).body).toMatchObject({ status: 'expired', expires_at });
  });

  it('end at once when they are revoked, which can be repeated', async () => {
    const { key, key_id } = await makeKey(api, { scopes: ['runs:read'] });
    expect(await statusOf(key)).toBe(200);
    expect((await api.delete(`/api-keys/${key_id}`)).status).toBe(204);
    expect(await statusOf(key)).toBe(401);
    const { revoked_at } = (await api.get(`/api-keys/${key_id}`)).body as { revoked_at: string };
    expect((await api.delete(`/api-keys/${key_id}`)).status).toBe(204);
    expect((await api.get(`/api-keys/${key_id}`)).body).toMatchObject({ status: 'revoked', revoked_at });
  });

  it('take their streams along', async () => {
    const [ended, other] = [
      await makeKey(api, { scopes: ['runs:read'] }),
      await makeKey(api, { scopes: ['runs:read'] }),
    ];
    const watch = ({ key }: { readonly key: string }) => api.fetch('/events', { headers: { 'X-API-Key': key } });
    const [stream, otherStream] = await Promise.all([watch(ended), watch(other)]);
    expect([stream.status, otherStream.status]).toEqual([200, 200]);
    await api.delete(`/api-keys/${ended.key_id}`);
    expect(await stream.text()).toContain(': reconnect');
    expect((await watch(ended)).status).toBe(401);
    const reader = otherStream.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('retry:');
    await reader?.cancel();
  });

  it('say when they were last used', async () => {
    const { key, key_id } = await makeKey(api, { scopes: ['runs:read'] });
    const before = Date.now();
    expect(await statusOf(key)).toBe(200);
    const last = await waitFor('the use to be written down', async () => {
      const { last_used_at } = (await api.get(`/api-keys/${key_id}`)).body as { last_used_at: string | null };
      return last_used_at ?? undefined;
    });
    expect(Date.parse(last)).toBeGreaterThanOrEqual(before);
  });

  it.each([
    [{}, ['/name', '/scopes']],
    [{ name: '', scopes: [] }, ['/name', '/scopes']],
    [{ name: 'a\u0007', scopes: ['runs:reed', 'admin'] }, ['/name', '/scopes/0']],
    [{ name: 'a', scopes: ['admin'], namespace: 'Team', expires_at: 'soon' }, ['/namespace', '/expires_at']],
    [{ name: 'a', scopes: ['admin'], expires_at: '2020-01-01T00:00:00Z' }, ['/expires_at']],
    [{ name: 'a', scopes: ['admin'], key: 'mine' }, ['/key']],
    [{ name: 'x'.repeat(101), scopes: 'admin' }, ['/name', '/scopes']],
  ])('are not made of %j, with a pointer for each fault', async (body, pointers) => {
    const answer = await api.post('/api-keys', body);
    expect(answer).toMatchObject({ status: 422, body: problem('key-invalid') });
    const { errors } = answer.body as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('that do not exist are 404, whatever is asked of them', async () => {
    for (const id of [UNKNOWN, 'nonsense', '__proto__']) {
      const answers = [
        await api.get(`/api-keys/${id}`),
        await api.delete(`/api-keys/${id}`),
        await api.post(`/api-keys/${id}/rotate`),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ status: 404, body: problem('key-not-found') });
    }
  });

  describe('that are rotated', () => {
    const rotate = (id: string, body?: object, options?: Parameters<typeof api.post>[2]) =>
      api.post(`/api-keys/${id}/rotate`, body, options);

    it('count together with their replacement until the overlap has passed', async () => {
      const old = await makeKey(api, { name: 'ci', scopes: ['runs:read'], namespace: 'team-a' });
      expect(await statusOf(old.key)).toBe(200);
      const rotated = await rotate(old.key_id, { overlap_sec: 1 });
      expect(rotated).toMatchObject({
        status: 201,
        body: { name: 'ci', scopes: ['runs:read'], namespace: 'team-a', expires_at: null },
      });
      const { key, key_id } = rotated.body as { key: string; key_id: string };
      expect([await statusOf(old.key), await statusOf(key)]).toEqual([200, 200]);
      await waitFor('the old key to end', async () => (await statusOf(old.key)) === 401);
      expect(await statusOf(key)).toBe(200);
      expect((await api.get(`/api-keys/${old.key_id}`)).body).toMatchObject({ status: 'expired', replaced_by: key_id });
    });

    it('end at once without an overlap', async () => {
      const old = await makeKey(api, { scopes: ['runs:read'] });
      expect(await statusOf(old.key)).toBe(200);
      await rotate(old.key_id, { overlap_sec: 0 });
      expect(await statusOf(old.key)).toBe(401);
    });

    it('go on for an hour when nothing is said, and live as long as the old one did, from now on', async () => {
      const expires_at = new Date(Date.now() + 7_200_000).toISOString();
      const old = await makeKey(api, { scopes: ['runs:read'], expires_at });
      const made = (await rotate(old.key_id)).body as { created_at: string; expires_at: string };
      expect(Date.parse(made.expires_at) - Date.parse(made.created_at)).toBe(
        Date.parse(expires_at) - Date.parse(old.created_at),
      );
      const { expires_at: endsAt } = (await api.get(`/api-keys/${old.key_id}`)).body as { expires_at: string };
      expect(Date.parse(endsAt) - Date.parse(made.created_at)).toBe(3_600_000);
    });

    it('are rotated once, and not when they have ended', async () => {
      const { key_id } = await makeKey(api, { scopes: ['runs:read'] });
      const both = await Promise.all([rotate(key_id), rotate(key_id)]);
      expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
      expect(await rotate(key_id)).toMatchObject({ status: 409, body: problem('key-ended') });
      await api.delete(`/api-keys/${key_id}`);
      const refused = await rotate(key_id);
      expect((refused.body as { detail: string }).detail).toBe(`API key ${key_id} is revoked: it cannot be rotated`);
      expect((await rotate(key_id, { overlap_sec: -1 })).status).toBe(422);
    });
  });

  describe('that manage keys', () => {
    it('grant no scope that they have not, and touch no key that may do more', async () => {
      const manager = withKey((await makeKey(api, { scopes: ['keys', 'runs:read'] })).key);
      const refused = await api.post('/api-keys', { name: 'a', scopes: ['runs:read', 'runs:write', 'admin'] }, manager);
      expect(refused).toMatchObject({ status: 403, body: problem('forbidden') });
      expect((refused.body as { detail: string }).detail).toContain('the scopes "runs:write", "admin"');

      const { key_id, key } = await makeKey(api, { scopes: ['runs:read', 'runs:write'] });
      expect((await api.get(`/api-keys/${key_id}`, manager)).status).toBe(200);
      expect((await api.post(`/api-keys/${key_id}/rotate`, {}, manager)).status).toBe(403);
      expect((await api.delete(`/api-keys/${key_id}`, manager)).status).toBe(403);
      expect(await statusOf(key)).toBe(200);

      const own = await makeKey(api, { scopes: ['runs:read', 'keys'] }, manager);
      expect((await api.delete(`/api-keys/${own.key_id}`, manager)).status).toBe(204);
    });

    it('see and touch their own namespace alone', async () => {
      const home = 'team-managed';
      const manager = withKey((await makeKey(api, { scopes: ['keys', 'runs:read'], namespace: home })).key);
      const other = await makeKey(api, { scopes: ['runs:read'], namespace: 'team-other' });
      for (const answer of [
        await api.get(`/api-keys/${other.key_id}`, manager),
        await api.delete(`/api-keys/${other.key_id}`, manager),
        await api.post(`/api-keys/${other.key_id}/rotate`, {}, manager),
      ]) {
        expect(answer).toMatchObject({ status: 404, body: problem('key-not-found') });
      }
      const { items } = (await api.get('/api-keys', manager)).body as { items: { namespace: string }[] };
      expect(new Set(items.map(({ namespace }) => namespace))).toEqual(new Set([home]));
      expect((await makeKey(api, { scopes: ['runs:read'] }, manager)).namespace).toBe(home);
      const elsewhere = await api.post(
        '/api-keys',
        { name: 'a', scopes: ['runs:read'], namespace: 'team-other' },
        manager,
      );
      expect(elsewhere).toMatchObject({ status: 403, body: problem('forbidden') });
    });

    it('with admin see all namespaces, or the one that they name', async () => {
      const { key_id } = await makeKey(api, { scopes: ['runs:read'], namespace: 'team-named' });
      const named = (namespace: string) => ({ headers: { 'X-Wand-Namespace': namespace } });
      expect((await api.get(`/api-keys/${key_id}`)).status).toBe(200);
      expect((await api.get('/api-keys', named('team-named'))).body).toMatchObject({ items: [{ key_id }] });
      expect((await api.get(`/api-keys/${key_id}`, named('default'))).status).toBe(404);
      expect((await makeKey(api, { scopes: ['runs:read'] }, named('team-named'))).namespace).toBe('team-named');
    });
  });

  it('of SECURITY__API_KEY may do everything', async () => {
    await given(api).finishedRun();
    expect((await api.get('/config')).status).toBe(200);
  });
});

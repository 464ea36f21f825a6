import { type RunEvent, WandConnectionError } from '../../sdk/typescript/src/index.js';
import { given } from '../support/given.js';
import { registerTestAgents } from '../support/test-agents.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { clientOf, collect, errorOf } from './support/use-client.js';

describe('Access by the TypeScript client', () => {
  const api = useApi({ env: { SECURITY__JWT_SECRET: 'jwt-secret-0123456789abcdef0123456789' } });
  const { finishedRun, run } = given(api);
  const wand = (options: Parameters<typeof clientOf>[1] = {}) => clientOf(api.url, options);
  const nobody = () => wand({ apiKey: undefined });

  it('makes keys, which do what they may and no more, rotates them and ends them', async () => {
    const made = await wand().keys.create({ name: 'reader', scopes: ['runs:read'] });
    const reader = wand({ apiKey: made.key });
    await reader.runs.list().first();
    expect(await errorOf(reader.graphs.list().first())).toMatchObject({ code: 'forbidden', status: 403 });

    const next = await wand().keys.rotate(made.key_id, { overlap_sec: 0 });
    expect(await errorOf(reader.runs.list().first())).toMatchObject({ code: 'unauthorized' });
    await wand({ apiKey: next.key }).runs.list().first();
    expect(await wand().keys.get(made.key_id)).toMatchObject({ status: 'expired', replaced_by: next.key_id });

    await wand().keys.revoke(next.key_id);
    await wand().keys.revoke(next.key_id);
    expect(await errorOf(wand({ apiKey: next.key }).runs.list().first())).toMatchObject({ code: 'unauthorized' });
    expect(await errorOf(wand().keys.rotate(next.key_id))).toMatchObject({ code: 'key-ended', status: 409 });
    expect(await errorOf(wand().keys.get('k_unknown'))).toMatchObject({ code: 'key-not-found' });
  });

  it('lists keys page by page, of its namespace alone', async () => {
    const team = wand({ namespace: 'team' });
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      ids.unshift((await team.keys.create({ name, scopes: ['runs:read'] })).key_id);
    }
    const pages = await collect(team.keys.list({ limit: 2 }).pages());
    expect(pages.map(({ items }) => items.map(({ key_id }) => key_id))).toEqual([ids.slice(0, 2), ids.slice(2)]);
    expect(await collect(wand({ namespace: 'other' }).keys.list())).toEqual([]);
  });

  it('exchanges its key for a token that may do less, and works with that', async () => {
    const { access_token, expires_in, scope } = await wand().auth.token({ scope: 'runs:read', expires_in: 60 });
    expect([expires_in, scope]).toEqual([60, 'runs:read']);
    const holder = wand({ apiKey: undefined, token: access_token });
    await holder.runs.list().first();
    expect(await errorOf(holder.graphs.list().first())).toMatchObject({ code: 'forbidden' });
    expect(await errorOf(holder.auth.token())).toMatchObject({ code: 'forbidden' });
    expect((await wand().auth.token()).scope).toContain('admin');
  });

  it('opens the stream of one run for those who have a token for it and nothing else', async () => {
    const { run_id } = await finishedRun();
    const { token, expires_at } = await wand().auth.streamToken(run_id, { expires_in: 30 });
    expect(Date.parse(expires_at) - Date.now()).toBeLessThanOrEqual(30_000);
    const events = await collect(nobody().runs.stream(run_id, { streamToken: token }));
    expect(events.at(-1)?.type).toBe('run.succeeded');

    const other = await finishedRun();
    const refused = { code: 'unauthorized', status: 401 };
    expect(await errorOf(collect(nobody().runs.stream(other.run_id, { streamToken: token })))).toMatchObject(refused);
    expect(await errorOf(collect(nobody().runs.stream(run_id)))).toMatchObject(refused);
    expect(await errorOf(wand().auth.streamToken('r_unknown'))).toMatchObject({ code: 'run-not-found' });
  });

  it('takes a new token for each connection of a stream that breaks', async () => {
    const agents = registerTestAgents(api.service);
    const proxy = await TcpProxy.start(api.url);
    try {
      const { run_id } = await run({ nodes: [{ id: 'held', type: 'agent.test.gate' }] });
      let asked = 0;
      const streamToken = async () => {
        asked++;
        return (await wand().auth.streamToken(run_id)).token;
      };
      const seen: RunEvent[] = [];
      const page = clientOf(proxy.url, { apiKey: undefined });
      const watching = (async () => {
        for await (const event of page.runs.stream(run_id, { streamToken })) seen.push(event);
      })();
      await waitFor('the stream to be live', () => seen.some(({ type }) => type === 'node.started'));
      proxy.cutAnswersAfter(0);
      agents.release();
      await waitFor('the connection to break', () => proxy.cutConnections > 0);
      proxy.letThrough();
      await watching;
      expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
      expect(seen.at(-1)?.type).toBe('run.succeeded');
      expect(asked).toBeGreaterThan(1);
    } finally {
      agents.release();
      await proxy.stop();
    }
  });

  it('reports a key whose answer was lost instead of making two', async () => {
    const losing = async (...request: Parameters<typeof fetch>): Promise<Response> => {
      await fetch(...request);
      throw new TypeError('the connection broke');
    };
    const client = wand({ fetch: losing, namespace: 'lossy' });
    expect(await errorOf(client.keys.create({ name: 'lost', scopes: ['runs:read'] }))).toBeInstanceOf(
      WandConnectionError,
    );
    const [made, ...others] = await collect(wand({ namespace: 'lossy' }).keys.list());
    expect([made?.name, others]).toEqual(['lost', []]);
    expect(await errorOf(client.keys.rotate(made?.key_id ?? ''))).toBeInstanceOf(WandConnectionError);
    expect(await collect(wand({ namespace: 'lossy' }).keys.list())).toHaveLength(2);
  });
});

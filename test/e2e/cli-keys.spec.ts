import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../support/wait-for.js';
import { CLI_KEY, useBuiltPrograms } from './cli-process.js';

const KEY = /^wand_[0-9A-Za-z]{43}\n$/;

describe('wand keys', () => {
  const { wand, serve, folder } = useBuiltPrograms();
  const database = () => ({ DATABASE__URL: `sqlite:///${join(folder(), 'wand.db')}` });
  const keys = (...args: string[]) => wand(['keys', ...args], database());
  const list = async (...args: string[]) =>
    JSON.parse((await keys('list', '--json', ...args)).stdout) as { key_id: string; name: string; status: string }[];
  const create = async (...args: string[]): Promise<{ key_id: string; key: string }> => {
    const made = await keys('create', '--json', '--name', 'ci', '--scope', 'runs:read', ...args);
    expect(made).toMatchObject({ code: 0 });
    return JSON.parse(made.stdout) as { key_id: string; key: string };
  };

  it('makes the first key before the service has ever run, also in production, and prints it alone', async () => {
    const made = await wand(['keys', 'create', '--name', 'ci', '--scope', 'runs:read', '--scope', 'runs:write'], {
      ...database(),
      ENVIRONMENT: 'production',
    });
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(KEY) });
    expect(made.stderr).toMatch(
      /^k_\S{26} "ci" in default: runs:read, runs:write; never expires\nThe key is shown now/,
    );
    expect(made.stderr).not.toContain(made.stdout.trim());
    const shown = await keys('list');
    expect(shown.stdout).toMatch(
      /^KEY ID +KEY +STATUS .*\nk_\S{26} +wand_\w{8}… +active +default +ci +runs:read,runs:write +never +never\n$/,
    );
    for (const file of readdirSync(folder())) {
      expect(readFileSync(join(folder(), file)).includes(made.stdout.trim())).toBe(false);
    }
  });

  it('acts on the database of a service that runs: keys count at once, and end within 5 s', async () => {
    const { url } = await serve();
    const statusOf = async (key: string) => (await fetch(`${url}/runs`, { headers: { 'X-API-Key': key } })).status;
    const { key_id, key } = await create();
    expect(await statusOf(key)).toBe(200);

    const rotated = await keys('rotate', key_id, '--overlap', '1h');
    expect(rotated).toMatchObject({ code: 0, stdout: expect.stringMatching(KEY) });
    expect([await statusOf(key), await statusOf(rotated.stdout.trim())]).toEqual([200, 200]);

    const startedAt = performance.now();
    expect(await keys('revoke', key_id)).toMatchObject({ code: 0, stdout: '' });
    await waitFor('the key to be refused', async () => (await statusOf(key)) === 401);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect((await list()).map(({ status }) => status)).toEqual(['active', 'revoked']);
  });

  it('does not disturb a service that writes meanwhile', async () => {
    const { url } = await serve();
    const headers = { 'X-API-Key': CLI_KEY, 'Content-Type': 'application/json' };
    const post = (path: string, body: object) =>
      fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const graph = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };
    const { graph_id } = (await (await post('/graphs', graph)).json()) as { graph_id: string };
    let isDone = false;
    const load = (async () => {
      const statuses = new Set<number>();
      while (!isDone)
        for (const answer of await Promise.all([1, 2, 3, 4].map(() => post('/runs', { graph_id }))))
          statuses.add(answer.status);
      return [...statuses];
    })();
    for (const name of ['a', 'b', 'c']) await create('--name', name);
    isDone = true;
    expect(await load).toEqual([202]);
    expect(await list()).toHaveLength(3);
  });
});

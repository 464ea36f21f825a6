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

  it('lists one namespace or all', async () => {
    await create('--namespace', 'team-a');
    await create();
    expect(await list()).toHaveLength(2);
    expect(await list('--namespace', 'team-a')).toMatchObject([{ namespace: 'team-a' }]);
    expect((await keys('list', '--namespace', 'team-b')).stdout).toBe('there are no keys\n');
  });

  it('takes an end as a length of time or as a moment', async () => {
    const { stdout } = await keys('create', '--json', '--name', 'a', '--scope', 'admin', '--expires', '90d');
    const { created_at, expires_at } = JSON.parse(stdout) as { created_at: string; expires_at: string };
    const days = (Date.parse(expires_at) - Date.parse(created_at)) / 86_400_000;
    expect(days).toBeGreaterThan(89.99);
    expect(days).toBeLessThanOrEqual(90);
  });

  it.each([
    [
      ['--name', '', '--scope', 'runs:reed'],
      ['--name: ', '--scope: takes one of graphs:read, '],
    ],
    [['--name', 'a', '--scope', 'admin', '--namespace', 'Team'], ['--namespace: takes 1 to 63 of a-z']],
    [['--name', 'a', '--scope', 'admin', '--expires', 'soon'], ['--expires: takes a time as in RFC 3339']],
    [
      ['--name', 'a', '--scope', 'admin', '--expires', '2020-01-01T00:00:00Z'],
      ['--expires: takes a time in the future'],
    ],
  ])('refuses %j in the words of the API', async (flags, lines) => {
    const made = await keys('create', ...flags);
    expect(made).toMatchObject({ code: 1, stdout: '' });
    for (const line of lines) expect(made.stderr).toContain(`  ${line}`);
  });

  it('says what it needs, and what it does not know', async () => {
    expect((await keys('create', '--name', 'a')).stderr).toContain('  --scope: takes at least one scope\n');
    expect((await keys('create', '--scope', 'admin')).stderr).toContain("required option '-n, --name <name>'");
    expect(await keys('revoke', 'k_nonsense')).toMatchObject({
      code: 1,
      stderr: 'wand: there is no API key "k_nonsense"\n',
    });
    const { key_id } = await create();
    await keys('revoke', key_id);
    expect(await keys('rotate', key_id)).toMatchObject({
      code: 1,
      stderr: `wand: API key ${key_id} is revoked: it cannot be rotated\n`,
    });
    expect((await keys('rotate', key_id, '--overlap', 'long')).stderr).toContain('--overlap takes a length of time');
    expect((await wand(['keys', 'list'], { ENVIRONMENT: 'testing' })).stderr).toContain('DATABASE__URL is in memory');
  });
});

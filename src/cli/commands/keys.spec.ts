import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCli } from '../run-cli.js';

describe('wand keys', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-keys-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const wand = async (args: readonly string[], env: Record<string, string>) => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const packageRoot = resolve(__dirname, '..', '..', '..');
    const code = await runCli(args, { packageRoot, version: '0.0.0', cwd: folder, env, stdin, stdout, stderr });
    const textOf = (stream: PassThrough): string => String((stream.read() as Buffer | null) ?? '');
    return { code, stdout: textOf(stdout), stderr: textOf(stderr) };
  };
  const keys = (...args: string[]) =>
    wand(['keys', ...args], { DATABASE__URL: `sqlite:///${join(folder, 'wand.db')}` });
  const list = async (...args: string[]) => JSON.parse((await keys('list', '--json', ...args)).stdout) as unknown[];
  const create = async (...args: string[]): Promise<{ key_id: string }> => {
    const made = await keys('create', '--json', '--name', 'ci', '--scope', 'runs:read', ...args);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(made.stdout) as { key_id: string };
  };

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

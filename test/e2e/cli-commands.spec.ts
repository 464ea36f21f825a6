import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ECHO_GRAPH } from './cli-graphs.js';
import { PACKAGE_ROOT, useBuiltPrograms } from './cli-process.js';

const CYCLE = {
  name: 'cycle',
  nodes: [
    { id: 'a', type: 'agent.echo' },
    { id: 'b', type: 'agent.echo' },
  ],
  edges: [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
  ],
};

describe('wand', () => {
  const { folder, wand } = useBuiltPrograms();

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await wand(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([[['--help']], [['help', 'run']], [['run', '--help']]])(
    'explains itself with examples (%j)',
    async (args) => {
      const { code, stdout } = await wand(args);
      expect(stdout).toMatch(/^Usage: wand/);
      expect(stdout).toContain('Examples:');
      expect(code).toBe(0);
    },
  );

  it('names the nearest command for one that it does not know', async () => {
    const { code, stderr } = await wand(['valdate']);
    expect(stderr).toBe("wand: unknown command 'valdate'\n(Did you mean validate?)\n");
    expect(code).toBe(1);
  });

  it('does not mind a reader that goes away', () => {
    const script = `"${process.execPath}" "${join(PACKAGE_ROOT, 'dist/cli/wand.js')}" config 2>&1 | head -1`;
    expect(execFileSync('sh', ['-c', script], { cwd: folder(), encoding: 'utf8' })).toMatch(/^\w+=/);
  });
});

describe('wand validate', () => {
  const { file, wand } = useBuiltPrograms();

  it('exits 0 for a valid graph', async () => {
    const { code, stdout } = await wand(['validate', file('echo.json', ECHO_GRAPH)]);
    expect(stdout).toBe('echo.json is valid\n');
    expect(code).toBe(0);
  });

  it('exits 1 and names the place of every fault', async () => {
    const graph = {
      ...ECHO_GRAPH,
      nodes: [...ECHO_GRAPH.nodes, { id: 'say', type: 'agent.nope', colour: 'red' }],
      sinks: ['none'],
    };
    const { code, stdout, stderr } = await wand(['validate', file('bad.json', graph)]);
    expect(stderr).toMatch(/^error: bad\.json:\d+:\d+ \/nodes\/1\/?\S* /m);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  it('names a cycle in order', async () => {
    const { code, stderr } = await wand(['validate', file('cycle.json', CYCLE)]);
    expect(stderr).toMatch(/^error: cycle\.json:.*(a -> b -> a|b -> a -> b)/m);
    expect(code).toBe(1);
  });

  it('prints warnings and exits 0', async () => {
    const graph = {
      name: 'warned',
      nodes: [
        { id: 'a', type: 'agent.echo' },
        { id: 'b', type: 'agent.echo', join: 'any' },
      ],
      edges: [{ from: 'a', to: 'b' }],
    };
    const { code, stderr } = await wand(['validate', file('warned.json', graph)]);
    expect(stderr).toMatch(/^warning: warned\.json:\d+:\d+ /m);
    expect(code).toBe(0);
  });
});

describe('wand graph', () => {
  const { file, wand } = useBuiltPrograms();

  it('draws a graph as a Mermaid flowchart', async () => {
    const { code, stdout } = await wand(['graph', file('echo.json', ECHO_GRAPH), '--mermaid']);
    expect(stdout).toMatch(/^flowchart LR\n/);
    expect(stdout).toContain('n_say["say<br/>agent.echo"]:::sink');
    expect(stdout).toContain('run_input --> n_say');
    expect(code).toBe(0);
  });

  it('exits 1 for an invalid graph', async () => {
    const { code, stdout } = await wand(['graph', file('cycle.json', CYCLE), '--mermaid']);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});

describe('wand config', () => {
  const { folder, wand } = useBuiltPrograms();

  it('shows every key with its effective value and masks secrets', async () => {
    writeFileSync(join(folder(), '.env'), 'SECURITY__API_KEY=very-secret-0123456789\nPORT=9001\n');
    const { code, stdout } = await wand(['config'], { APP_NAME: 'Mine' });
    expect(stdout).toMatch(/^PORT=9001$/m);
    expect(stdout).toMatch(/^APP_NAME=Mine$/m);
    expect(stdout).toMatch(/^SECURITY__API_KEY=\*+$/m);
    expect(stdout).not.toContain('very-secret');
    expect(code).toBe(0);
  });

  it('prints as JSON what the service answers, with where each value comes from', async () => {
    writeFileSync(join(folder(), 'key'), 'very-secret-0123456789\n');
    writeFileSync(join(folder(), '.env'), 'PORT=9001\n');
    const env = { APP_NAME: 'Mine', SECURITY__API_KEY_FILE: 'key', HOST: '127.0.0.1' };
    const { code, stdout, stderr } = await wand(['config', '--json'], env);
    expect(JSON.parse(stdout)).toMatchObject({
      environment: 'development',
      values: { PORT: 9001, SECURITY__API_KEY: '********', LOGGING__FILE_PATH: null },
      sources: {
        PORT: 'dot-env',
        APP_NAME: 'environment',
        SECURITY__API_KEY: 'mounted-file',
        DEBUG: 'config-file',
        WORKERS: 'default',
      },
      warnings: [],
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('warns on stderr', async () => {
    const { stderr } = await wand(['config'], { EXECUTION__MAX_RETRYS: '1' });
    expect(stderr).toMatch(/^warning: EXECUTION__MAX_RETRYS .*EXECUTION__MAX_RETRIES/m);
  });

  it('says that a configuration is valid', async () => {
    const { code, stdout } = await wand(['config', 'validate']);
    expect(stdout).toBe('the configuration is valid\n');
    expect(code).toBe(0);
  });

  it('prints one line per fault and exits 1, as the service does', async () => {
    const env = { PORT: 'http', ENVIRONMENT: 'production' };
    const { code, stderr } = await wand(['config', 'validate'], env);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^PORT: got "http", takes/),
      expect.stringMatching(/^SECURITY__API_KEY: got nothing, takes/),
      '',
    ]);
    expect(code).toBe(1);
    expect(await wand(['serve'], env)).toEqual({ code: 1, stdout: '', stderr });
  });
});

describe('wand setup', () => {
  const { folder, wand } = useBuiltPrograms();
  const path = (): string => join(folder(), '.env');

  it('creates a .env that only its owner can read and that the configuration takes', async () => {
    const { code, stdout } = await wand(['setup']);
    expect(code).toBe(0);
    const key = /^SECURITY__API_KEY=([\w-]{43})$/m.exec(readFileSync(path(), 'utf8'))?.[1];
    expect(key).toBeDefined();
    expect(stdout).not.toContain(String(key));
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect((await wand(['config', 'validate'], { ENVIRONMENT: 'production' })).code).toBe(0);
  });

  it.each([[[]], [['--yes']]])('never replaces one by itself (%j)', async (flags) => {
    writeFileSync(path(), 'mine');
    const { code, stderr } = await wand(['setup', ...flags]);
    expect(stderr).toContain('exists and was left as it is: pass --force to replace it');
    expect(readFileSync(path(), 'utf8')).toBe('mine');
    expect(code).toBe(1);
  });

  it('replaces one with --force', async () => {
    writeFileSync(path(), 'mine');
    expect((await wand(['setup', '--force'])).code).toBe(0);
    expect(readFileSync(path(), 'utf8')).toMatch(/^SECURITY__API_KEY=/m);
  });
});

describe('wand demo', () => {
  const { folder, wand } = useBuiltPrograms();

  it('shows a live run and ends with the path of the chart, each time', async () => {
    for (let time = 1; time <= 2; time++) {
      const { code, stdout, stderr } = await wand(['demo']);
      expect(stderr).toMatch(/fetch .*succeeded[\s\S]*analyze .*succeeded[\s\S]*chart .*succeeded/);
      expect(stdout.trimEnd().split('\n').at(-1)).toBe('artifacts/demo-chart.svg');
      expect(readFileSync(join(folder(), 'artifacts', 'demo-chart.svg'), 'utf8')).toMatch(/^<svg/);
      expect(code).toBe(0);
    }
  });

  it.each([
    [{ ENVIRONMENT: 'production' }],
    [{ SECURITY__HTTP_ALLOW_PRIVATE: 'false' }],
    [{ SECURITY__HTTP_ALLOWED_HOSTS: '["api.example.com"]' }],
  ])('works where agents may not call this machine (%j)', async (env) => {
    expect((await wand(['demo'], env as Record<string, string>)).code).toBe(0);
  });

  it('refuses what is no URL', async () => {
    const { code, stderr } = await wand(['demo', 'nonsense']);
    expect(stderr).toContain('"nonsense": takes an http or https URL');
    expect(code).toBe(1);
  });
});

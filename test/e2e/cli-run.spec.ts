import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART_GRAPH, ECHO_GRAPH, FAILING_GRAPH, SLOW_GRAPH } from './cli-graphs.js';
import { useBuiltPrograms } from './cli-process.js';

describe('wand run', () => {
  const { folder, file, start, wand } = useBuiltPrograms();

  it('runs a graph here, shows it and prints the result', async () => {
    const { code, stdout, stderr } = await wand(['run', file('echo.json', ECHO_GRAPH), '--input', 'name=Ada']);
    expect(stderr).toMatch(/▸ say {2}started\n.*✓ say {2}succeeded after/);
    expect(stdout).toMatch(/^SUCCESS in .*\(run r_[0-9a-z]{26}\)\n/);
    expect(stdout).toContain('"greeting": "hello",\n    "name": "Ada"');
    expect(code).toBe(0);
  });

  it('prints one JSON object with --json', async () => {
    const { code, stdout } = await wand(['run', file('echo.json', ECHO_GRAPH), '--input', 'name=3', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'SUCCESS',
      result: { outputs: { say: { greeting: 'hello', name: 3 } }, sinks: ['say'] },
      error: null,
      artifacts: [],
    });
    expect(code).toBe(0);
  });

  it('reads the input from a file', async () => {
    file('input.json', { name: { first: 'Ada' } });
    const { stdout } = await wand(['run', file('echo.json', ECHO_GRAPH), '--input', '@input.json', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ result: { outputs: { say: { name: { first: 'Ada' } } } } });
  });

  it('writes artifacts next to the graph file, and replaces only its own', async () => {
    const args = ['run', file('chart.json', CHART_GRAPH), '--input', 'series=[1,2,3]'];
    const first = await wand(args);
    expect(first.stdout.trimEnd().split('\n').at(-1)).toBe('My-chart-draw.svg');
    expect(readFileSync(join(folder(), 'My-chart-draw.svg'), 'utf8')).toMatch(/^<svg/);

    await wand([...args.slice(0, 3), 'series=[3,2,1]']);
    expect(readdirSync(folder()).filter((name) => name.endsWith('.svg'))).toEqual(['My-chart-draw.svg']);

    writeFileSync(join(folder(), 'My-chart-draw.svg'), 'mine');
    const third = await wand(args);
    expect(third.stdout.trimEnd().split('\n').at(-1)).toBe('My-chart-draw-2.svg');
    expect(third.stderr).toContain('My-chart-draw.svg exists and was not written by a run');
    expect(readFileSync(join(folder(), 'My-chart-draw.svg'), 'utf8')).toBe('mine');
  });

  it('writes artifacts to the folder given by --out', async () => {
    const { stdout } = await wand(['run', file('chart.json', CHART_GRAPH), '-i', 'series=[1,2]', '--out', 'a/b']);
    expect(stdout).toContain('a/b/My-chart-draw.svg');
    expect(readdirSync(join(folder(), 'a', 'b'))).toContain('My-chart-draw.svg');
  });

  it('prints large outputs, which are files of the run, and writes none of them', async () => {
    const args = ['run', file('echo.json', ECHO_GRAPH), '--input', `name=${'x'.repeat(50)}`, '--json'];
    const { stdout } = await wand(args, { EXECUTION__MAX_OUTPUT_BYTES: '20' });
    expect(JSON.parse(stdout)).toMatchObject({
      result: { outputs: { say: { greeting: 'hello', name: 'x'.repeat(50) } } },
      artifacts: [],
    });
    expect(readdirSync(folder())).toEqual(['echo.json']);
  });

  it('exits 1 and names node and reason when the run fails, after showing the retry', async () => {
    const { code, stderr } = await wand(['run', file('failing.json', FAILING_GRAPH)], {
      EXECUTION__RETRY_BASE_DELAY: '0.01',
    });
    expect(stderr).toMatch(/↻ fetch {2}attempt 1 failed, next in \d+ ms: /);
    expect(stderr).toMatch(/wand: the run failed: node "fetch": .*\(after 2 attempts\)/);
    expect(code).toBe(1);
  });

  it('exits 1 and points into the file when the graph is invalid', async () => {
    const graph = { ...ECHO_GRAPH, nodes: [{ id: 'say', type: 'agent.ecko' }] };
    const { code, stdout, stderr } = await wand(['run', file('bad.json', graph)]);
    expect(stderr).toMatch(/error: bad\.json:6:15 \/nodes\/0\/type [\w-]+: .*agent\.echo/);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  it('exits 1 and names line and column when the file is no JSON', async () => {
    const { code, stderr } = await wand(['run', file('broken.json', '{\n  "name": "x",\n  oops\n}')]);
    expect(stderr).toMatch(/wand: broken\.json:3:3 syntax: /);
    expect(code).toBe(1);
  });

  it.each([
    [['missing.json'], 'cannot read missing.json: there is no such file'],
    [['.'], 'cannot read .: it is a folder'],
    [['echo.json', '--input', 'nonsense'], 'takes key=value, or @file.json'],
    [['echo.json', '--label', 'nonsense'], 'takes key:value'],
    [['echo.json', '--server', 'nonsense'], 'takes an http or https URL'],
  ])('exits 1 for %j and says why', async (args, message) => {
    file('echo.json', ECHO_GRAPH);
    const { code, stderr } = await wand(['run', ...args]);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });

  it('cancels the run on Ctrl-C, waits for it and exits 130', async () => {
    const process = start('cli/wand.js', ['run', file('slow.json', SLOW_GRAPH)]);
    await process.written(/wait {2}started/);
    process.kill('SIGINT');
    const { code, stdout, stderr } = await process.ended;
    expect(stderr).toMatch(/cancelling the run[\s\S]*■ wait[\s\S]*■ run/);
    expect(stdout).toMatch(/^CANCELLED in /);
    expect(code).toBe(130);
  });

  it('leaves nothing behind but artifacts', async () => {
    await wand(['run', file('echo.json', ECHO_GRAPH)]);
    expect(readdirSync(folder())).toEqual(['echo.json']);
  });
});

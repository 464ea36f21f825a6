import { CLI_KEY as KEY, useBuiltPrograms } from './cli-process.js';

const GRAPH = {
  name: 'halves',
  nodes: [
    { id: 'good', type: 'agent.echo', params: { x: 1 } },
    { id: 'bad', type: 'agent.transform', params: { expression: 'ok ? { "ok": true } : $error("not yet")' } },
  ],
  edges: [
    { from: 'good', to: 'bad' },
    { from: '$input', to: 'bad', map: { ok: 'ok' } },
  ],
};

describe('wand retry', () => {
  const { file, serve, wand } = useBuiltPrograms();
  let url: string;

  /** Id of a run on a server of its own that failed in its second node. */
  const failedRun = async (): Promise<string> => {
    ({ url } = await serve());
    const { code, stdout } = await wand(['run', file('g.json', GRAPH), '--server', url, '--api-key', KEY, '--json']);
    expect(code).toBe(1);
    return (JSON.parse(stdout) as { readonly run_id: string }).run_id;
  };
  const retry = (runId: string, ...args: string[]) =>
    wand(['retry', runId, '--server', url, ...args], { WAND_API_KEY: KEY });

  it('says what it would reuse, then runs the rest and shows it', async () => {
    const runId = await failedRun();
    const dry = await retry(runId, '--dry-run', '-i', 'ok=true');
    expect(dry).toMatchObject({ code: 0, stdout: 'reuses good\ndecides again bad\n' });

    const { code, stdout, stderr } = await retry(runId, '-i', 'ok=true');
    expect(stderr).toMatch(
      new RegExp(`✓ good {2}reused from run ${runId}\n.*\n.*▸ bad {3}started\n.*✓ bad {3}succeeded`),
    );
    expect(stdout).toMatch(/^SUCCESS in .*2 succeeded/);
    expect(code).toBe(0);
  });

  it('exits 1 when the server refuses it, saying why', async () => {
    const runId = await failedRun();
    const { code, stderr } = await retry(runId, '--from', 'good,god', '--graph-version', 'latest');
    expect(stderr).toMatch(/answered 422 .*\n.*\/from\/1 unknown-node: .*"good"/);
    expect(code).toBe(1);
    expect(await retry(runId, '--graph-version', 'newest')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--graph-version "newest": takes "same", "latest" or a number') as unknown,
    });
  });
});

import { CLI_KEY as KEY, useBuiltPrograms } from './cli-process.js';

const GRAPH = {
  name: 'reviewed',
  nodes: [
    { id: 'review', type: 'agent.echo', params: { score: 0.4 } },
    { id: 'publish', type: 'agent.echo' },
  ],
  edges: [{ from: 'review', to: 'publish', cond: 'output.score >= 0.8' }],
};

describe('wand explain', () => {
  const { file, serve, wand } = useBuiltPrograms();

  it('says why nodes ran and were skipped, of one node with what the condition saw', async () => {
    const { url } = await serve();
    const server = ['--server', url, '--api-key', KEY];
    const run = await wand(['run', file('g.json', GRAPH), ...server, '--json']);
    const { run_id } = JSON.parse(run.stdout) as { readonly run_id: string };

    const all = await wand(['explain', run_id, ...server]);
    expect(all).toMatchObject({ code: 0, stderr: '' });
    expect(all.stdout).toMatch(/^review ran: .*\npublish was skipped \(cond_false\): .*\n$/);
    const one = await wand(['explain', run_id, 'publish', ...server]);
    expect(one.stdout).toContain('  review: not taken: its condition does not hold\n    output.score was 0.4\n');
    const json = await wand(['explain', run_id, 'publish', ...server, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ run_id, node: { id: 'publish', status: 'SKIPPED' } });

    const unknown = await wand(['explain', run_id, 'zebra', ...server]);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('zebra') as unknown });
  });
});

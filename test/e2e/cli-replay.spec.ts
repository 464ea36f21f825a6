import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../support/wait-for.js';
import { CLI_KEY as KEY, useBuiltPrograms } from './cli-process.js';

const GRAPH = {
  name: 'reviewed',
  nodes: [
    { id: 'review', type: 'agent.echo', params: { score: 0.4 } },
    { id: 'publish', type: 'agent.echo' },
    { id: 'fetch', type: 'agent.fetch', params: { url: 'http://127.0.0.1:2/' } },
  ],
  edges: [{ from: 'review', to: 'publish', cond: 'output.score >= 0.8' }],
  options: { max_retries: 0 },
};

describe('wand replay', () => {
  const { folder, file, serve, wand } = useBuiltPrograms();
  let url: string;

  const api = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url + path, { ...init, headers: { 'X-API-Key': KEY, 'Content-Type': 'application/json', ...init.headers } });

  /** Id of a run that has ended on a server of its own. */
  const endedRun = async (): Promise<string> => {
    ({ url } = await serve());
    const run = await wand(['run', file('g.json', GRAPH), '--server', url, '--api-key', KEY, '--json']);
    return (JSON.parse(run.stdout) as { readonly run_id: string }).run_id;
  };

  const exported = async (runId: string, name: string): Promise<string> => {
    const answer = await api(`/runs/${runId}/journal.ndjson`);
    writeFileSync(join(folder(), name), Buffer.from(await answer.arrayBuffer()));
    return name;
  };

  it('finds no difference in what a service of this version has journaled, a retry with other params included', async () => {
    const runId = await endedRun();
    const replayed = await wand(['replay', await exported(runId, 'run.ndjson')]);
    expect(replayed).toMatchObject({ code: 0, stderr: '' });
    expect(replayed.stdout).toMatch(
      new RegExp(
        `^${runId} of reviewed: \\d+ entries, ended FAILED\nno difference: it would be decided the same here\n$`,
      ),
    );

    const body = JSON.stringify({ params: { review: { score: 0.9 } } });
    const retried = (await (await api(`/runs/${runId}/retry`, { method: 'POST', body })).json()) as {
      readonly run_id: string;
    };
    await waitFor('the retry to end', async () => {
      const { status } = (await (await api(`/runs/${retried.run_id}`)).json()) as { readonly status: string };
      return status === 'FAILED';
    });
    const again = await wand(['replay', await exported(retried.run_id, 'retry.ndjson'), '--json']);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ run_id: retried.run_id, differences: [], fault: null });
  });

  it('exits 1 and says what is decided differently, from what a journal says', async () => {
    const name = await exported(await endedRun(), 'run.ndjson');
    const text = readFileSync(join(folder(), name), 'utf8');
    file('other.ndjson', text.replace('"skip_reason":"cond_false"', '"skip_reason":"upstream_failed"'));
    const human = await wand(['replay', 'other.ndjson']);
    expect(human.code).toBe(1);
    expect(human.stdout).toMatch(
      /seq \d+ node\.skipped publish: here it would say otherwise\n {2}skip_reason is upstream_failed, here cond_false\n/,
    );
    const json = await wand(['replay', 'other.ndjson', '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      differences: [
        {
          journaled: { type: 'node.skipped', node_id: 'publish', data: { skip_reason: 'upstream_failed' } },
          decided: { type: 'node.skipped', node_id: 'publish', data: { skip_reason: 'cond_false' } },
        },
      ],
      given_up: false,
    });
    file('gap.ndjson', text.split('\n').toSpliced(3, 1).join('\n'));
    const gap = await wand(['replay', 'gap.ndjson']);
    expect(gap).toMatchObject({ code: 1, stdout: expect.stringContaining('seq 3 cannot be: ') as unknown });
  });

  it('takes the beginning of a journal, and refuses what is none, naming the line', async () => {
    const name = await exported(await endedRun(), 'run.ndjson');
    const text = readFileSync(join(folder(), name), 'utf8');
    file('cut.ndjson', text.slice(0, text.length - 150));
    const cut = await wand(['replay', 'cut.ndjson']);
    expect(cut).toMatchObject({ code: 0, stdout: expect.stringContaining('more are not in the file') as unknown });
    const none = await wand(['replay', file('g.json', GRAPH)]);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('wand: g.json:1: takes the header of a journal');
  });
});

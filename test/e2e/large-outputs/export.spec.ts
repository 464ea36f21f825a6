import { Readable } from 'node:stream';
import { planOfJournal } from '../../../src/cli/journal-file/plan-of-journal.js';
import { readJournalFile } from '../../../src/cli/journal-file/read-journal-file.js';
import { replay } from '../../../src/executor/core/index.js';
import { BIG_OUTPUT, type Entry, big, echo, useLargeOutputs } from './use-large-outputs.js';

describe('a large output in an exported journal', () => {
  const { api, finish, refOf, query } = useLargeOutputs({ LOGGING__LEVEL: 'CRITICAL' });

  const exported = async (id: string): Promise<string> => {
    const response = await api.fetch(`/runs/${id}/journal.ndjson`);
    expect(response.status).toBe(200);
    return response.text();
  };
  const looked = {
    nodes: [big, echo('reads'), echo('never')],
    edges: [
      { from: 'big', to: 'reads', cond: 'size(output.text) > 1000000' },
      { from: 'big', to: 'never', cond: 'output.n != 7' },
    ],
  };

  it('stands beside its reference, so that conditions can be decided again anywhere', async () => {
    const { run_id } = await finish(looked);
    const text = await exported(run_id);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Entry);
    const success = lines.find(({ type, node_id }) => type === 'node.succeeded' && node_id === 'big');
    expect(success?.data).toEqual({ output_ref: await refOf(run_id, 'big'), output: BIG_OUTPUT });
    const file = await readJournalFile('-', { cwd: '.', stdin: Readable.from([text]) });
    expect(replay(planOfJournal(file), file.entries)).toMatchObject({
      status: 'SUCCESS',
      differences: [],
      fault: null,
    });
  });

  it('is missing from no file: a damaged one is told instead', async () => {
    const { run_id } = await finish(looked);
    await query('DELETE FROM artifacts WHERE run_id = ?', run_id);
    expect(await api.get(`/runs/${run_id}/journal.ndjson`)).toMatchObject({
      status: 500,
      body: { type: '/problems/run-damaged' },
    });
  });
});

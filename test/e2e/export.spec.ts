import { type IncomingMessage, request } from 'node:http';
import { type JournalEntry, replay, runId } from '../../src/executor/core/index.js';
import { RunReader } from '../../src/executor/index.js';
import { StreamHub } from '../../src/runs/index.js';
import { Journal } from '../../src/storage/index.js';
import { API_KEY } from '../support/built-service.js';
import { given } from '../support/given.js';
import { type TestAgents, registerTestAgents } from '../support/test-agents.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

type Line = Readonly<Record<string, unknown>>;

describe('GET /runs/{run_id}/journal.ndjson', () => {
  const api = useApi();
  const { finishedRun, run, runThatIs } = given(api);
  let agents: TestAgents;

  beforeAll(() => {
    agents = registerTestAgents(api.service);
  });
  afterEach(() => waitFor('every download to be over', () => api.service.app.get(StreamHub).size === 0));

  const download = async (id: string): Promise<Line[]> => {
    const response = await api.fetch(`/runs/${id}/journal.ndjson`);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text.endsWith('\n')).toBe(true);
    return text
      .slice(0, -1)
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  };

  it('begins with all that it takes to replay it, then has the journal as /logs shows it', async () => {
    const graph = {
      name: 'a graph',
      nodes: [
        { id: 'a', type: 'agent.echo', params: { text: 'line\u2028\u2029 "é"' } },
        { id: 'b', type: 'agent.delay', params: { seconds: 0 } },
      ],
      edges: [{ from: 'a', to: 'b' }],
    };
    const { run_id, graph_id } = await finishedRun(graph);
    const [header, ...lines] = await download(run_id);
    const logs = (await api.get(`/runs/${run_id}/logs`)).body;
    expect(lines).toEqual(logs);
    expect(header).toMatchObject({
      format: 'wand-journal',
      version: 1,
      run_id,
      graph_id,
      graph_version: 1,
      graph_name: 'a graph',
      last_seq: lines.length,
      graph,
      agents: {
        'agent.echo': { params: { open: true }, input: { open: true } },
        'agent.delay': { params: { open: false, known: ['seconds', 'until'] }, timeout_sec: null },
      },
    });
  });

  it('is a file with a name and a type', async () => {
    const { run_id } = await finishedRun();
    const response = await api.fetch(`/runs/${run_id}/journal.ndjson`);
    await response.text();
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-disposition': `attachment; filename="${run_id}.journal.ndjson"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  it('answers HEAD with the headers alone', async () => {
    const { run_id } = await finishedRun();
    const response = await api.fetch(`/runs/${run_id}/journal.ndjson`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect((await api.fetch('/runs/r_unknown/journal.ndjson', { method: 'HEAD' })).status).toBe(404);
  });

  it('knows no unknown runs and no query', async () => {
    const { run_id } = await finishedRun();
    expect(await api.get('/runs/r_unknown/journal.ndjson')).toMatchObject({
      status: 404,
      body: { type: '/problems/run-not-found' },
    });
    expect(await api.get(`/runs/${run_id}/journal.ndjson?lvl=info`)).toMatchObject({ status: 400 });
    expect((await fetch(`${api.url}/runs/${run_id}/journal.ndjson`)).status).toBe(401);
  });

  it('has of a live run what there was when it was asked for', async () => {
    const { run_id } = await run({ nodes: [{ id: 'held', type: 'agent.test.gate' }] });
    await waitFor('the agent to run', () => agents.calls.has('held'));
    const lines = await download(run_id);
    expect(lines.map(({ type }) => type)).toEqual([undefined, 'run.queued', 'run.started', 'node.started']);
    expect(lines[0]).toMatchObject({ last_seq: 3 });
    agents.release();
    await runThatIs('SUCCESS', run_id);
    expect(await download(run_id)).toHaveLength(6);
  });

  it('sends thousands of entries page by page, at the pace of the client', async () => {
    const width = 3_000;
    const { run_id } = await finishedRun(
      {
        nodes: Array.from({ length: width }, (_, index) => ({
          id: `n${index}`,
          type: 'agent.echo',
          params: { x: '${input.text}' },
        })),
        options: { concurrency: 50 },
      },
      { input: { text: 'x'.repeat(10_000) } },
    );
    const journal = api.service.app.get(Journal, { strict: false });
    const read = jest.spyOn(journal, 'read');
    const path = `/runs/${run_id}/journal.ndjson`;
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        request(api.url + path, { headers: { 'X-API-Key': API_KEY } }, resolve)
          .on('error', reject)
          .end();
      });
      // Nobody reads: after what the sockets hold, no page is read from the journal either.
      let pages = -1;
      await waitFor('reading to pause', async () => {
        const before = pages;
        pages = read.mock.calls.length;
        await new Promise((done) => setImmediate(done));
        return pages > 0 && pages === before;
      });
      const paused = read.mock.calls.length;
      let bytes = 0;
      for await (const chunk of answer) bytes += (chunk as Buffer).length;
      expect(answer.complete).toBe(true);
      expect(bytes).toBeGreaterThan(width * 10_000);
      const sizes = await Promise.all(read.mock.results.map(async ({ value }) => ((await value) as unknown[]).length));
      expect(paused).toBeLessThan(sizes.length / 2);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2 * width + 3);
    } finally {
      read.mockRestore();
    }
  });

  it('is whole or broken: a run that is removed meanwhile leaves no file that looks complete', async () => {
    const { run_id } = await finishedRun(
      {
        nodes: Array.from({ length: 40 }, (_, index) => ({
          id: `n${index}`,
          type: 'agent.echo',
          params: { x: '${input.text}' },
        })),
      },
      { input: { text: 'x'.repeat(20_000) } },
    );
    const journal = api.service.app.get(Journal, { strict: false });
    const entries = await journal.read(runId(run_id), { afterSeq: 0, limit: 60 });
    const read = jest.spyOn(journal, 'read').mockResolvedValue([]);
    try {
      expect(await api.get(`/runs/${run_id}/journal.ndjson`)).toMatchObject({
        status: 404,
        body: { type: '/problems/run-not-found' },
      });
      read.mockResolvedValueOnce(entries);
      const reading = api.fetch(`/runs/${run_id}/journal.ndjson`).then((response) => response.text());
      await expect(reading).rejects.toThrow();
    } finally {
      read.mockRestore();
    }
  });

  it('holds what the service itself decides again without a difference', async () => {
    const { run_id } = await finishedRun({
      nodes: [
        { id: 'flaky', type: 'agent.test.flaky', params: { failures: 1 }, retry: { max: 1, base_sec: 0.01 } },
        { id: 'chatty', type: 'agent.test.chatty' },
        { id: 'never', type: 'agent.echo' },
      ],
      edges: [{ from: 'chatty', to: 'never', cond: 'output.none == 1' }],
    });
    const folded = await api.service.app.get(RunReader, { strict: false }).read(runId(run_id));
    const entries = await api.service.app
      .get(Journal, { strict: false })
      .read(runId(run_id), { afterSeq: 0, limit: 1_000 });
    const types = entries.map(({ type }: JournalEntry) => type);
    expect(types).toEqual(expect.arrayContaining(['node.retrying', 'node.log', 'node.progress', 'node.skipped']));
    expect(replay(folded!.plan, entries)).toMatchObject({ status: 'SUCCESS', differences: [], fault: null });
  });
});

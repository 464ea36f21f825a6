import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { type RunAnswer, given } from '../../support/given.js';
import { readStream } from '../../support/read-stream.js';
import { registerTestAgents } from '../../support/test-agents.js';
import { type Api, useApi } from '../../support/use-api.js';
import { inNamespace } from './in-namespace.js';

interface Page {
  readonly items: readonly { readonly run_id?: string; readonly graph_id: string }[];
  readonly next_cursor: string | null;
}

const ECHO = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };

const listed = async (api: Api, path: string): Promise<(string | undefined)[]> =>
  ((await api.get(path)).body as Page).items.map(({ run_id, graph_id }) => run_id ?? graph_id);

describe('Namespaces', () => {
  const api = useApi();
  const [a, b] = [inNamespace(api, 'a'), inNamespace(api, 'b')];
  const [ofA, ofB] = [given(a), given(b)];

  it('have lists of their own, whatever the filters', async () => {
    const labels = { team: 'search' };
    const runsOfA = [await ofA.finishedRun({}, { labels }), await ofA.finishedRun({}, { labels })];
    const [first, second] = runsOfA.map(({ run_id }) => run_id);
    const runOfB = await ofB.finishedRun({}, { labels });
    for (const filter of ['', '&status=SUCCESS', '&label=team:search', '&created_after=2020-01-01T00:00:00Z']) {
      expect([filter, ...(await listed(a, `/runs?limit=50${filter}`))]).toEqual([filter, second, first]);
      expect([filter, ...(await listed(b, `/runs?limit=50${filter}`))]).toEqual([filter, runOfB.run_id]);
      const page = (await a.get(`/runs?limit=1${filter}`)).body as Page;
      expect(await listed(a, `/runs?cursor=${page.next_cursor}${filter}`)).toEqual([first]);
    }
    for (const name of ['', '?name=echo']) {
      expect(await listed(a, `/graphs${name}`)).toEqual(runsOfA.map(({ graph_id }) => graph_id).reverse());
      expect(await listed(b, `/graphs${name}`)).toEqual([runOfB.graph_id]);
    }
    expect(await listed(api, '/runs')).toEqual([]);
    expect(await listed(api, '/graphs')).toEqual([]);
  });

  it('tell their events to nobody else', async () => {
    const feeds = await Promise.all([a.fetch('/events'), b.fetch('/events')]);
    const seenBy = async (feed: Response, last: string): Promise<unknown[]> => {
      const { events } = await readStream(feed, (seen) => seen.some(({ data }) => data.includes(last)));
      return events.slice(1).map(({ data }) => (JSON.parse(data) as RunAnswer).run_id);
    };
    const first = await ofA.finishedRun();
    const second = await ofB.finishedRun();
    expect(new Set(await seenBy(feeds[0], '"run.succeeded"'))).toEqual(new Set([first.run_id]));
    expect(new Set(await seenBy(feeds[1], '"run.succeeded"'))).toEqual(new Set([second.run_id]));
  });

  it('keep the runs that retry theirs', async () => {
    const { run_id } = await ofA.finishedRun();
    const retried = await a.post(`/runs/${run_id}/retry`, { from: ['a'] });
    const id = (retried.body as RunAnswer).run_id;
    expect(await ofA.runThatIs('SUCCESS', id)).toMatchObject({ retry_of: run_id });
    expect(await listed(a, '/runs?limit=1')).toEqual([id]);
    expect((await b.get(`/runs/${id}`)).status).toBe(404);
  });

  it('take the same Idempotency-Key for another request, also from the same caller', async () => {
    const create = (client: Api) => client.post('/graphs', ECHO, { headers: { 'Idempotency-Key': 'shared' } });
    const answers = [await create(a), await create(b), await create(api)];
    expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, null, null]);
    expect(new Set(answers.map(({ body }) => (body as RunAnswer).graph_id)).size).toBe(3);
    expect(await create(a)).toMatchObject({ status: 201, body: answers[0]?.body });
    const other = { ...ECHO, name: 'other' };
    expect(await b.post('/graphs', other, { headers: { 'Idempotency-Key': 'shared' } })).toMatchObject({ status: 422 });
  });

  it('are counted together by the metrics', async () => {
    const text = await (await b.fetch('/metrics')).text();
    const shown = Number(/^wand_stored_runs\{status="SUCCESS"\} (\d+)$/m.exec(text)?.[1]);
    const [{ runs }] = await api.service.app
      .get(DataSource, { strict: false })
      .query<[{ runs: number | string }]>(`SELECT count(*) AS runs FROM runs WHERE status = 'SUCCESS'`);
    expect(shown).toBe(Number(runs));
  });
});

describe('A namespace after a restart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wand-namespaces-'));
  const database = join(folder, 'wand.db');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let runId: string;

  describe('that finds a run under way', () => {
    const api = useApi({ database });
    const { run, runThatIs } = given(inNamespace(api, 'a'));
    it('began in the namespace', async () => {
      registerTestAgents(api.service);
      runId = (await run({ nodes: [{ id: 'a', type: 'agent.delay', params: { seconds: 2 } }] })).run_id;
      await runThatIs('RUNNING', runId);
    });
  });

  describe('goes on', () => {
    const api = useApi({ database });
    it('with the events of the run for its own clients alone', async () => {
      const [mine, theirs] = [inNamespace(api, 'a'), inNamespace(api, 'b')];
      const [feed, other] = await Promise.all([mine.fetch('/events'), theirs.fetch('/events')]);
      const { events } = await readStream(feed, (seen) => seen.some(({ event }) => event === 'run.succeeded'));
      expect(JSON.parse(events.at(-1)?.data ?? '')).toMatchObject({ run_id: runId });
      const { run_id: last } = await given(theirs).finishedRun();
      const heard = await readStream(other, (seen) => seen.some(({ event }) => event === 'run.succeeded'));
      const told = heard.events.slice(1).map(({ data }) => (JSON.parse(data) as RunAnswer).run_id);
      expect(new Set(told)).toEqual(new Set([last]));
    });
  });
});

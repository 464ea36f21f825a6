import { given } from '../../support/given.js';
import { registerTestAgents } from '../../support/test-agents.js';
import { useApi } from '../../support/use-api.js';
import { inNamespace } from './in-namespace.js';
import {
  type OpenApiDocument,
  type Operation,
  type RequestTemplate,
  namesAnId,
  operationsOf,
  withIds,
} from './operations.js';

/** Nothing has these ids, in whatever namespace. */
const UNKNOWN = { graph_id: `g_${'0'.repeat(26)}`, run_id: `r_${'0'.repeat(26)}` };
const NAME = 'theirs-alone';
const GRAPH = { name: NAME, nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };
const KEY = 'a key of theirs';

/** A new route adds a line here for whatever it takes that no other takes. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  'path:graph_id': ['{graph_id}'],
  'path:run_id': ['{run_id}'],
  'path:node_id': ['a', 'c'],
  'path:name': ['c.svg', '$output.a.1.json'],
  'query:graph_id': ['{graph_id}'],
  'query:version': ['1', '2', '9'],
  'query:name': [NAME],
  'query:limit': ['200'],
  'query:status': ['RUNNING', 'SUCCESS,FAILED'],
  'query:label': [`owner:${NAME}`],
  'query:created_after': ['2020-01-01T00:00:00Z'],
  'query:after_seq': ['0', '1'],
  'query:lvl': ['debug'],
  'query:node_id': ['a'],
  'query:node': ['a', 'c'],
  'query:wait': ['1'],
  'header:Idempotency-Key': [KEY],
  'header:Last-Event-ID': ['1'],
};

/** Likewise, for a new route that takes a body. */
const BODIES: Readonly<Record<string, readonly unknown[]>> = {
  createGraph: [{ ...GRAPH, name: 'of the others' }],
  validateGraph: [GRAPH],
  simulateGraph: [{ graph_id: '{graph_id}' }, { graph_id: '{graph_id}', version: 1 }],
  replaceGraph: [{ ...GRAPH, name: 'taken over' }, { name: 'broken' }],
  startRun: [{ graph_id: '{graph_id}' }, { graph_id: '{graph_id}', version: 1 }],
  retryRun: [undefined, { dry_run: true }, { from: ['a'], graph_version: 'latest' }],
};

/** Headers that differ between two answers to the same request. */
const OWN_HEADERS = new Set(['date', 'x-request-id']);

describe("Another namespace's id", () => {
  const api = useApi({ env: { EXECUTION__MAX_OUTPUT_BYTES: '2000', EXECUTION__RETRY_BASE_SEC: '0.01' } });
  const theirs = inNamespace(api, 'theirs');
  const ours = inNamespace(api, 'ours');
  const { graph, finishedRun, run, runThatIs } = given(theirs);
  const labels = { owner: NAME };
  let release: () => void;
  let operations: readonly Operation[];
  /** A graph and a run at a time, of every kind that answers differ for. */
  let things: readonly { readonly graph_id: string; readonly run_id: string }[];

  beforeAll(async () => {
    const agents = registerTestAgents(api.service);
    release = agents.release;
    agents.broken.add('a');

    const chart = { id: 'c', type: 'agent.chart', params: { spec: { kind: 'bar' } } };
    const withFile = {
      ...GRAPH,
      nodes: [...GRAPH.nodes, chart],
      edges: [{ from: '$input', to: 'c', map: { series: 'n' } }],
    };
    const finished = await finishedRun(withFile, { input: { n: [1, 2] }, labels });
    await theirs.put(`/graphs/${finished.graph_id}`, { ...withFile, options: { max_retries: 0 } });

    const large = { ...GRAPH, nodes: [{ id: 'a', type: 'agent.echo', params: { text: 'x'.repeat(5_000) } }] };
    const ofLargeOutput = await finishedRun(large, { labels });

    const failed = await finishedRun({ ...GRAPH, nodes: [{ id: 'a', type: 'agent.test.fragile' }] }, { labels });
    const answer = await theirs.post(`/runs/${failed.run_id}/retry`);
    const retry = { graph_id: failed.graph_id, run_id: (answer.body as { readonly run_id: string }).run_id };
    await runThatIs('FAILED', retry.run_id);

    const running = await run({ ...GRAPH, nodes: [{ id: 'a', type: 'agent.test.gate' }] }, { labels });
    await runThatIs('RUNNING', running.run_id);

    const ofArchived = { graph_id: await graph(GRAPH), run_id: ofLargeOutput.run_id };
    await theirs.delete(`/graphs/${ofArchived.graph_id}`);

    const guarded = { graph_id: finished.graph_id };
    await theirs.post('/runs', guarded, { headers: { 'Idempotency-Key': KEY } });

    things = [finished, ofLargeOutput, failed, retry, running, ofArchived].map(({ graph_id, run_id }) => ({
      graph_id,
      run_id,
    }));
    const document = (await api.get('/openapi.json')).body as OpenApiDocument;
    const cursors = await Promise.all(['/graphs?limit=1', '/runs?limit=1'].map(cursorOf));
    operations = operationsOf(document, { parameters: { ...PARAMETERS, 'query:cursor': cursors }, bodies: BODIES });
  });
  afterAll(() => release());

  const cursorOf = async (path: string): Promise<string> =>
    ((await theirs.get(path)).body as { readonly next_cursor: string }).next_cursor;

  const send = (client: typeof api, { method, path, headers, body }: RequestTemplate): Promise<Response> =>
    client.fetch(path, {
      method,
      body,
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      signal: AbortSignal.timeout(20_000),
    });

  /** An answer without what is never the same, and without the ids that were sent. */
  const answered = async (template: RequestTemplate, ids: Readonly<Record<string, string>>) => {
    const response = await send(ours, withIds(template, ids));
    const text = Object.entries(ids).reduce(
      (rest, [name, id]) => rest.replaceAll(id, `{${name}}`),
      await response.text(),
    );
    const headers = [...response.headers].filter(([name]) => !OWN_HEADERS.has(name));
    return { status: response.status, headers, text: text.replace(/"request_id":"[^"]*"/, '"request_id":""') };
  };

  /** What their own namespace tells of everything. */
  const everything = async (): Promise<unknown> => {
    const paths = things.flatMap(({ graph_id, run_id }) => [
      `/graphs/${graph_id}`,
      `/runs/${run_id}`,
      `/runs/${run_id}/logs`,
      `/runs/${run_id}/artifacts`,
    ]);
    return Promise.all(['/graphs', '/runs', ...paths].map(async (path) => (await theirs.get(path)).body));
  };

  it('is answered exactly like an unknown one, by every operation that takes an id', async () => {
    const before = await everything();
    const asked = new Set<string>();
    for (const { id, templates } of operations) {
      for (const template of templates.filter(namesAnId)) {
        const unknown = await answered(template, UNKNOWN);
        for (const ids of things)
          expect({ template, ...(await answered(template, ids)) }).toEqual({ template, ...unknown });
        // Reading a list by an unknown graph finds nothing; everything else has nothing to answer with.
        expect([id, unknown.status]).toEqual([id, id === 'listRuns' ? 200 : 404]);
        asked.add(id);
      }
    }
    expect(asked.size).toBeGreaterThan(14);
    expect(await everything()).toEqual(before);
  });

  it('stands in no answer that is given without one', async () => {
    const secrets = [NAME, ...things.flatMap(({ graph_id, run_id }) => [graph_id, run_id])];
    for (const { templates } of operations) {
      for (const template of templates.filter((candidate) => !namesAnId(candidate))) {
        // Their own words are theirs to say again.
        const sent = `${template.path} ${template.body ?? ''}`;
        const text = await firstWords(await send(ours, template));
        const told = secrets.filter((secret) => text.includes(secret) && !sent.includes(secret));
        expect({ template, told }).toEqual({ template, told: [] });
      }
    }
  });

  it('is known to its own namespace, by every one of these operations', async () => {
    // Those that take things away come last.
    const order = ({ templates: [first] }: Operation): number => Number(first?.method === 'DELETE');
    for (const { id, templates } of [...operations].sort((a, b) => order(a) - order(b))) {
      const requests = templates.filter(namesAnId).flatMap((template) => things.map((ids) => withIds(template, ids)));
      const statuses: number[] = [];
      for (const request of requests) {
        const response = await send(theirs, request);
        await response.body?.cancel();
        statuses.push(response.status);
      }
      expect([id, requests.length === 0 || statuses.some((status) => status < 300)]).toEqual([id, true]);
    }
  });
});

/** All of an answer; of a stream, what it begins with. */
async function firstWords(response: Response): Promise<string> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return response.text();
  const reader = response.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(first?.value as Uint8Array | undefined);
}

import { SCOPES } from '../../../src/auth/access/index.js';
import { makeKey } from '../../support/auth-client.js';
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
const UNKNOWN = {
  graph_id: `g_${'0'.repeat(26)}`,
  run_id: `r_${'0'.repeat(26)}`,
  key_id: `k_${'0'.repeat(26)}`,
};
const NAME = 'theirs-alone';
const GRAPH = { name: NAME, nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };
const KEY = 'a key of theirs';

/** A new route adds a line here for whatever it takes that no other takes. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  'path:graph_id': ['{graph_id}'],
  'path:run_id': ['{run_id}'],
  'path:key_id': ['{key_id}'],
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
  'query:access_token': ['e30.e30.e30'],
  'header:Idempotency-Key': [KEY],
  'header:Last-Event-ID': ['1'],
  'header:If-None-Match': ['*', 'W/"x"'],
  // Takes the place of the one that the client sends by itself, whoever that is.
  'header:X-Wand-Namespace': ['ours'],
};

/** Likewise, for a new route that takes a body. */
const BODIES: Readonly<Record<string, readonly unknown[]>> = {
  createGraph: [{ ...GRAPH, name: 'of the others' }],
  validateGraph: [GRAPH],
  simulateGraph: [{ graph_id: '{graph_id}' }, { graph_id: '{graph_id}', version: 1 }],
  replaceGraph: [{ ...GRAPH, name: 'taken over' }, { name: 'broken' }],
  startRun: [{ graph_id: '{graph_id}' }, { graph_id: '{graph_id}', version: 1 }],
  retryRun: [undefined, { dry_run: true }, { from: ['a'], graph_version: 'latest' }],
  createStreamToken: [{ run_id: '{run_id}' }, { run_id: '{run_id}', expires_in: 1 }],
  createToken: [undefined, { scope: 'runs:read' }],
  createApiKey: [{ name: 'of the others', scopes: ['runs:read'] }],
  rotateApiKey: [undefined, { overlap_sec: 60 }],
  changeConfig: [{ EXECUTION__MAX_RETRIES: 1 }],
};

/** Headers that differ between two answers to the same request. */
const OWN_HEADERS = new Set(['date', 'x-request-id']);

describe("Another namespace's id", () => {
  const api = useApi({
    env: {
      EXECUTION__MAX_OUTPUT_BYTES: '2000',
      EXECUTION__RETRY_BASE_DELAY: '0.01',
      SECURITY__JWT_SECRET: 'jwt-secret-0123456789abcdef0123456789',
    },
  });
  const theirs = inNamespace(api, 'theirs');
  const ours = inNamespace(api, 'ours');
  const { graph, finishedRun, run, runThatIs } = given(theirs);
  const labels = { owner: NAME };
  let release: () => void;
  let operations: readonly Operation[];
  /** A graph, a run and a key at a time, of every kind that answers differ for. */
  let things: readonly { readonly graph_id: string; readonly run_id: string; readonly key_id: string }[];

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

    const keys = await Promise.all(
      ['admin', 'runs:read', 'keys', 'config', 'runs:write', 'metrics'].map((scope) =>
        makeKey(theirs, { name: NAME, scopes: [scope] }),
      ),
    );
    await theirs.post(`/api-keys/${keys[1]?.key_id}/rotate`);
    await theirs.delete(`/api-keys/${keys[2]?.key_id}`);

    things = [finished, ofLargeOutput, failed, retry, running, ofArchived].map(({ graph_id, run_id }, index) => ({
      graph_id,
      run_id,
      key_id: keys[index]?.key_id ?? '',
    }));
    const document = (await api.get('/openapi.json')).body as OpenApiDocument;
    const cursors = await Promise.all(['/graphs?limit=1', '/runs?limit=1', '/api-keys?limit=1'].map(cursorOf));
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
    const paths = things.flatMap(({ graph_id, run_id, key_id }) => [
      `/api-keys/${key_id}`,
      `/graphs/${graph_id}`,
      `/runs/${run_id}`,
      `/runs/${run_id}/logs`,
      `/runs/${run_id}/artifacts`,
    ]);
    return Promise.all(['/graphs', '/runs', '/api-keys', ...paths].map(async (path) => (await theirs.get(path)).body));
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
    expect(asked.size).toBeGreaterThan(18);
    expect(await everything()).toEqual(before);
  });

  it('may be asked for by admin alone: whoever else names their namespace learns nothing', async () => {
    const scopes = SCOPES.filter((scope) => scope !== 'admin');
    const { key } = await makeKey(ours, { scopes });
    for (const { templates } of operations) {
      for (const template of templates) {
        const request = withIds(template, things[0] ?? {});
        const headers = { ...request.headers, 'X-API-Key': key, 'X-Wand-Namespace': 'theirs' };
        const response = await send(api, { ...request, headers });
        const text = await firstWords(response);
        const isPublic = template.path.startsWith('/health');
        expect({ request, status: response.status, text }).toEqual({
          request,
          status: isPublic ? 200 : 403,
          text: expect.stringMatching(isPublic ? /"/ : /only callers with the scope \\"admin\\"/) as string,
        });
      }
    }
  });

  it('stands in no answer that is given without one', async () => {
    const secrets = [NAME, ...things.flatMap(Object.values<string>)];
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

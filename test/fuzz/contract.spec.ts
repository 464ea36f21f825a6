import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { LiveConfig } from '../../src/config/index.js';
import { makeKey } from '../support/auth-client.js';
import { API_KEY } from '../support/built-service.js';
import { DEVELOPMENT } from '../support/development.js';
import { given } from '../support/given.js';
import { registerTestAgents } from '../support/test-agents.js';
import { useApi } from '../support/use-api.js';
import { type Document, type Operation, operationsOf } from './support/document.js';
import { Judge } from './support/judge.js';
import { type FuzzRequest, requestsTo } from './support/requests.js';
import { SchemaArbitraries } from './support/schema-arbitrary.js';
import { Sender } from './support/send.js';

/** Requests to each operation. `FUZZ_RUNS=2000` for a long campaign. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 60);
/** The same requests every time, but for ids; `FUZZ_SEED=random` for others. A failure prints what it began with. */
const SEED = process.env['FUZZ_SEED'] === 'random' ? Date.now() % 2 ** 31 : Number(process.env['FUZZ_SEED'] ?? 1);
const IS_CAMPAIGN = process.env['FUZZ_RUNS'] !== undefined;
/** How long an open stream is read. */
const STREAM_MS = 30;
/** For all requests to one operation; each takes a few milliseconds, those to a stream STREAM_MS. */
const TIMEOUT_MS = 60_000 + RUNS * 250;

/** Requests as documented that are answered 400 all the same: what a schema cannot say. */
const REFUSED_THOUGH_DOCUMENTED: readonly { readonly why: string; readonly answer: RegExp }[] = [
  { why: 'a cursor is opaque: only one that was given is taken', answer: /is not a cursor of this list/ },
];

const NODES = ['a', 'b', 'chart'];
const CHART = {
  nodes: [
    { id: 'a', type: 'agent.analyze', params: {} },
    { id: 'chart', type: 'agent.chart', params: { spec: { kind: 'line' } } },
  ],
  edges: [
    { from: '$input', to: 'a', map: { text: 'text' } },
    { from: 'a', to: 'chart', map: { series: 'insights' } },
  ],
};
const FAILS = {
  nodes: [
    { id: 'a', type: 'agent.test.flaky', params: { failures: 9 }, retries: 0 },
    { id: 'b', type: 'agent.echo' },
  ],
  edges: [{ from: 'a', to: 'b' }],
};

describe(`Whatever is sent (FUZZ_SEED=${SEED}, FUZZ_RUNS=${RUNS})`, () => {
  const api = useApi({
    env: {
      ...DEVELOPMENT,
      EXECUTION__RETRY_BASE_DELAY: '0.01',
      EXECUTION__CANCEL_GRACE_SEC: '0',
      SECURITY__JWT_SECRET: 'jwt-secret-0123456789abcdef0123456789',
      SECURITY__JWT_EXPIRATION_HOURS: '8760',
    },
  });
  const { finishedRun, run, graph } = given(api);
  let document: Document;
  let operations: ReadonlyMap<string, Operation>;
  let judge: Judge;
  let sender: Sender;
  let things: Promise<Record<string, string[]>> | undefined;

  beforeAll(async () => {
    registerTestAgents(api.service);
    document = (await api.get('/openapi.json')).body as Document;
    operations = operationsOf(document);
    judge = new Judge(document);
    sender = new Sender(api.url, STREAM_MS);
  });
  afterAll(() => sender.close());

  /** Makes what there is to name. */
  const known = async (): Promise<Record<string, string[]>> => {
    const charted = await finishedRun(CHART, { input: { text: 'one two three' } });
    const failed = await finishedRun(FAILS);
    const held = await run({ nodes: [{ id: 'a', type: 'agent.test.gate' }] });
    const archived = await graph();
    await api.delete(`/graphs/${archived}`);
    const { body } = await api.get(`/runs/${charted.run_id}/artifacts`);
    const spare = await Promise.all(Array.from({ length: 3 }, () => finishedRun()));
    const runs = [charted, charted, failed, held, ...spare];
    const keys = await Promise.all(Array.from({ length: 5 }, () => makeKey(api, { scopes: ['runs:read'] })));
    return {
      run_id: runs.map(({ run_id }) => run_id),
      graph_id: [...runs.map(({ graph_id }) => graph_id), archived],
      name: (body as { items: { name: string }[] }).items.map(({ name }) => name),
      type: ['agent.echo', 'agent.test.flaky', 'agent.analyze'],
      key_id: keys.map(({ key_id }) => key_id),
      'X-Wand-Namespace': ['default'],
      node_id: NODES,
      node: NODES,
      id: NODES,
      from: [...NODES, '$input'],
      to: NODES,
      elsewhere: ['__proto__', 'text', 'insights', '${input.x}', 'output.x > 1', 'team:search'],
    };
  };

  /** Takes back what a request has changed, so that it does not decide how the next one is answered. */
  const undo = (): void => {
    const keys = Object.keys(document.components.schemas['ConfigPatch']?.['properties'] ?? {});
    api.service.app.get(LiveConfig, { strict: false }).override(new Map(keys.map((key) => [key, null])));
  };

  /** Examples name what is not there: something that is takes its place. */
  const withRealIds = (operation: Operation, { run_id = [], graph_id = [] }: Record<string, string[]>): Operation => {
    if (operation.body === undefined) return operation;
    const text = JSON.stringify(operation.body.examples)
      .replaceAll(/g_[0-9a-z]{26}/g, graph_id[0] ?? '')
      .replaceAll(/r_[0-9a-z]{26}/g, run_id[0] ?? '');
    return { ...operation, body: { ...operation.body, examples: JSON.parse(text) as unknown[] } };
  };

  const names = Object.keys(JSON.parse(readFileSync('sdk/operations.json', 'utf8')) as object);
  it.each(names)(
    '%s answers as documented',
    async (name) => {
      const documented = operations.get(name);
      if (documented === undefined) throw new Error(`the document has no ${name}: npm run sdk`);
      things ??= known();
      const named = await things;
      // What it takes away is there again for the next operation.
      if (documented.method === 'DELETE') things = undefined;
      const operation = withRealIds(documented, named);
      const schemas = new SchemaArbitraries(quiet(document), named);
      const statuses = new Map<number, number>();
      await fc.assert(
        fc.asyncProperty(requestsTo(operation, schemas, API_KEY), async (request) => {
          const answer = await sender.send(request);
          if (name === 'changeConfig') undo();
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          const isExplained = REFUSED_THOUGH_DOCUMENTED.some((exemption) => exemption.answer.test(answer.text));
          const faults = judge.faults(operation, { ...request, isValid: request.isValid && !isExplained }, answer);
          if (faults.length > 0) throw new Error(`${shown(request)}\n${faults.join('\n')}`);
        }),
        { seed: SEED, numRuns: RUNS, endOnFailure: process.env['FUZZ_SHRINK'] === undefined },
      );
      if (IS_CAMPAIGN) process.stdout.write(`${name} ${JSON.stringify(Object.fromEntries(statuses))}\n`);
      // A campaign of refusals would prove little.
      const succeeded = [...statuses.keys()].some((status) => status < 400);
      expect([name, succeeded]).toEqual([name, true]);
    },
    TIMEOUT_MS,
  );

  it('leaves a service behind that works', async () => {
    expect((await api.get('/health/ready')).status).toBe(200);
    expect(await finishedRun()).toMatchObject({ status: 'SUCCESS' });
  });
});

/** Lower levels would have the service tell of each request. */
function quiet({ components: { schemas } }: Document): Pick<Document, 'components'> {
  return { components: { schemas: { ...schemas, LogLevel: { type: 'string', enum: ['ERROR', 'CRITICAL'] } } } };
}

function shown({ method, target, headers, body }: FuzzRequest): string {
  return `${method} ${target}\n${JSON.stringify(headers)}\n${body?.toString('utf8').slice(0, 2_000) ?? ''}`;
}

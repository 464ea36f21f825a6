import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltService } from '../support/built-service.js';
import { CallCounter } from '../support/call-counter.js';
import { waitFor } from '../support/wait-for.js';

interface RunAnswer {
  readonly run_id: string;
  readonly status: string;
  readonly result: { readonly outputs: Record<string, { readonly json: { readonly call: string } }> };
}

interface Entry {
  readonly type: string;
  readonly node_id?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const TERMINAL = ['SUCCESS', 'FAILED', 'CANCELLED'];

describe('kill -9 in the middle of a retried run', () => {
  let folder: string;
  let counter: CallCounter;
  const services: BuiltService[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-retry-'));
    counter = await CallCounter.start();
  });

  afterAll(async () => {
    for (const service of services) await service.stop('SIGKILL');
    await counter.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (): Promise<BuiltService> => {
    const service = await BuiltService.start({ database: join(folder, 'wand.db') });
    services.push(service);
    return service;
  };
  const ended = (service: BuiltService, id: string): Promise<RunAnswer> =>
    waitFor(`run ${id} to end`, async () => {
      const run = await service.json<RunAnswer>(`/runs/${id}`);
      return TERMINAL.includes(run.status) && run;
    });

  it('goes on with what it reuses and with its own params', async () => {
    const before = await start();
    const { graph_id } = await before.post<{ graph_id: string }>('/graphs', {
      name: 'crash',
      nodes: [
        { id: 'first', type: 'agent.fetch', params: { url: `${counter.url}/first` } },
        { id: 'second', type: 'agent.fetch', params: { url: `${counter.url}/old` } },
      ],
      edges: [{ from: 'first', to: 'second' }],
    });
    const past = await before.post<RunAnswer>('/runs?wait=20', { graph_id });
    counter.shut();
    const params = { second: { url: `${counter.url}/new` } };
    const { run_id } = await before.post<RunAnswer>(`/runs/${past.run_id}/retry`, { params });
    await waitFor('the second step to call', () => counter.calls.includes('/new'));
    await before.stop('SIGKILL');
    counter.open();

    const after = await start();
    const run = await ended(after, run_id);
    expect(run).toMatchObject({ status: 'SUCCESS', result: { outputs: { second: { json: { call: '/new' } } } } });
    expect(counter.calls.filter((call) => call === '/first')).toHaveLength(1);
    const log = await after.json<Entry[]>(`/runs/${run_id}/logs`);
    expect(log.map(({ type, node_id }) => (node_id === undefined ? type : `${type} ${node_id}`))).toEqual([
      'run.queued',
      'node.reused first',
      'run.started',
      'node.started second',
      'run.recovered',
      'node.interrupted second',
      'node.started second',
      'node.succeeded second',
      'run.succeeded',
    ]);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltService } from '../support/built-service.js';
import { CallCounter } from '../support/call-counter.js';
import { waitFor } from '../support/wait-for.js';

interface RunAnswer {
  readonly run_id: string;
  readonly status: string;
  readonly error: { readonly details?: { readonly kind?: string } } | null;
}

describe('a run that waited in the queue when the process died', () => {
  let folder: string;
  let counter: CallCounter;
  const services: BuiltService[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-queue-'));
    counter = await CallCounter.start();
  });

  afterAll(async () => {
    for (const service of services) await service.stop('SIGKILL');
    await counter.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (): Promise<BuiltService> => {
    const env = { EXECUTION__MAX_CONCURRENT_RUNS: '1' };
    const service = await BuiltService.start({ database: join(folder, 'wand.db'), env });
    services.push(service);
    return service;
  };

  it('expires in time while another run holds the only place', async () => {
    counter.shut();
    const before = await start();
    const held = {
      name: 'held',
      nodes: [{ id: 'held', type: 'agent.fetch', params: { url: counter.url } }],
      edges: [],
    };
    const late = {
      name: 'late',
      nodes: [{ id: 'late', type: 'agent.echo' }],
      edges: [],
      options: { expire_if_not_started_sec: 2 },
    };
    const run = async (graph: object): Promise<string> => {
      const { graph_id } = await before.post<{ graph_id: string }>('/graphs', graph);
      return (await before.post<RunAnswer>('/runs', { graph_id })).run_id;
    };
    const first = await run(held);
    await waitFor('the first to hold the place', () => counter.calls.length > 0);
    const second = await run(late);
    await before.stop('SIGKILL');

    const after = await start();
    const ended = await waitFor('the second to end', async () => {
      const answer = await after.json<RunAnswer>(`/runs/${second}`);
      return answer.status !== 'PENDING' && answer;
    });
    expect(ended).toMatchObject({ status: 'FAILED', error: { details: { kind: 'queue' } } });
    expect(await after.json<RunAnswer>(`/runs/${first}`)).toMatchObject({ status: 'RUNNING' });
  });
});

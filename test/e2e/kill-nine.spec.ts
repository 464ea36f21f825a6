import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltService } from '../support/built-service.js';
import { CallCounter } from '../support/call-counter.js';
import { waitFor } from '../support/wait-for.js';

interface LogEntry {
  readonly seq: number;
  readonly type: string;
  readonly node_id?: string;
}

interface RunAnswer {
  readonly run_id: string;
  readonly status: string;
  readonly result: { readonly outputs: Record<string, { readonly json: unknown }> };
  readonly nodes: readonly { readonly id: string; readonly status: string }[];
}

const RUNS = 20;
/** Two parents of a join after a first step: the crash hits with some nodes done, some in flight and some not begun. */
const NODES = ['first', 'left', 'right', 'joined'];

const graphFor = (counterUrl: string): object => ({
  name: 'crash',
  nodes: NODES.map((id) => ({
    id,
    type: 'agent.fetch',
    params: { url: `${counterUrl}/\${run.id}/${id}` },
  })),
  edges: [
    { from: 'first', to: 'left' },
    { from: 'first', to: 'right' },
    { from: 'left', to: 'joined' },
    { from: 'right', to: 'joined' },
  ],
  sinks: ['joined'],
});

describe('kill -9 in the middle of running runs', () => {
  let folder: string;
  let counter: CallCounter;
  const services: BuiltService[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-kill-'));
    counter = await CallCounter.start();
  });

  afterAll(async () => {
    for (const service of services) await service.stop('SIGKILL');
    await counter.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (database: string): Promise<BuiltService> => {
    const service = await BuiltService.start({ database: join(folder, database) });
    services.push(service);
    return service;
  };

  it('loses no run and calls no agent again whose success was in the log', async () => {
    const before = await start('many.db');
    const { graph_id } = await before.post<{ graph_id: string }>('/graphs', graphFor(counter.url));
    const ids: string[] = [];
    for (let index = 0; index < RUNS; index++) {
      // Half of the runs get past their first step, the other half hang in it.
      if (index === RUNS / 2) counter.shut();
      const { run_id } = await before.post<RunAnswer>('/runs', { graph_id });
      ids.push(run_id);
    }
    await waitFor('every run to have called the counter', () =>
      ids.every((id) => counter.calls.some((call) => call.startsWith(`/${id}/`))),
    );
    const succeeded = new Map<string, Set<string>>();
    for (const id of ids) {
      const log = await before.json<LogEntry[]>(`/runs/${id}/logs`);
      const nodes = log.filter((entry) => entry.type === 'node.succeeded').map((entry) => entry.node_id ?? '');
      succeeded.set(id, new Set(nodes));
    }
    await before.stop('SIGKILL');
    const callsBefore = counter.calls.length;
    counter.open();

    const after = await start('many.db');
    for (const id of ids) {
      const run = await waitFor(`run ${id} to end`, async () => {
        const answer = await after.json<RunAnswer>(`/runs/${id}`);
        return ['SUCCESS', 'FAILED', 'CANCELLED'].includes(answer.status) ? answer : undefined;
      });
      expect(run.status).toBe('SUCCESS');
      expect(run.nodes.map((node) => node.status)).toEqual(NODES.map(() => 'SUCCESS'));
      expect(run.result.outputs['joined']?.json).toEqual({ call: `/${id}/joined` });
      const log = await after.json<LogEntry[]>(`/runs/${id}/logs`);
      expect(log.map((entry) => entry.seq)).toEqual(log.map((_, index) => index + 1));
      expect(log.filter((entry) => entry.type === 'run.succeeded')).toHaveLength(1);
    }
    const repeated = counter.calls.slice(callsBefore).filter((call) => {
      const [, run = '', node = ''] = call.split('/');
      return succeeded.get(run)?.has(node) === true;
    });
    expect(repeated).toEqual([]);
  });

  it('has the run whose 202 was the last thing the process said', async () => {
    const before = await start('one.db');
    const { graph_id } = await before.post<{ graph_id: string }>('/graphs', {
      name: 'echo',
      nodes: [{ id: 'only', type: 'agent.echo', params: { x: 1 } }],
      edges: [],
    });
    const { run_id } = await before.post<RunAnswer>('/runs', { graph_id });
    await before.stop('SIGKILL');
    const after = await start('one.db');
    const run = await waitFor('the run to succeed', async () => {
      const answer = await after.json<RunAnswer>(`/runs/${run_id}`);
      return answer.status === 'SUCCESS' && answer;
    });
    expect(run.result.outputs).toEqual({ only: { x: 1 } });
  });
});

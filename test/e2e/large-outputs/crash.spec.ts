import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltService } from '../../support/built-service.js';
import { CallCounter } from '../../support/call-counter.js';
import { openDatabaseClient } from '../../support/database-client.js';
import { databaseUrl } from '../../support/test-database.js';
import { waitFor } from '../../support/wait-for.js';
import { type Answer, BIG_OUTPUT, CHARACTERS, type Entry, big } from './use-large-outputs.js';

const TERMINAL = ['SUCCESS', 'FAILED', 'CANCELLED'];

/** `seen` needs what `big` made, once `hold` has let go. */
const graphFor = (counterUrl: string): object => ({
  name: 'large',
  nodes: [
    big,
    { id: 'hold', type: 'agent.fetch', params: { url: `${counterUrl}/hold` } },
    { id: 'seen', type: 'agent.transform', params: { expression: '{ "length": $length(text) }' } },
  ],
  edges: [
    { from: 'big', to: 'hold' },
    { from: 'big', to: 'seen', map: { text: 'text' } },
    { from: 'hold', to: 'seen' },
  ],
  sinks: ['big', 'seen'],
});

describe('kill -9 after a large output was made', () => {
  let folder: string;
  let counter: CallCounter;
  const services: BuiltService[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-large-'));
    counter = await CallCounter.start();
  });

  afterEach(async () => {
    for (const service of services.splice(0)) await service.stop('SIGKILL');
    await counter.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const database = (): string => join(folder, 'wand.db');
  const start = async (): Promise<BuiltService> => {
    const service = await BuiltService.start({ database: database() });
    services.push(service);
    return service;
  };
  const ended = (service: BuiltService, id: string): Promise<Answer> =>
    waitFor(`run ${id} to end`, async () => {
      const run = await service.json<Answer>(`/runs/${id}`);
      return TERMINAL.includes(run.status) && run;
    });
  /** A run that was killed while `hold` waited for its answer, which the next attempt gets. */
  const killedRun = async (): Promise<string> => {
    const service = await start();
    counter.shut();
    const { graph_id } = await service.post<{ graph_id: string }>('/graphs', graphFor(counter.url));
    const { run_id } = await service.post<Answer>('/runs', { graph_id });
    await waitFor('the second step to call', () => counter.calls.includes('/hold'));
    await service.stop('SIGKILL');
    counter.open();
    return run_id;
  };
  const files = async (...statements: readonly string[]): Promise<void> => {
    const client = await openDatabaseClient(await databaseUrl(database()));
    await client.execute(...statements);
    await client.close();
  };

  it('shows it to the nodes behind it, and makes it no second time', async () => {
    const id = await killedRun();
    const after = await start();
    const run = await ended(after, id);
    expect(run).toMatchObject({ status: 'SUCCESS', result: { outputs: { seen: { length: CHARACTERS } } } });
    expect(run.result.outputs['big']).toEqual(BIG_OUTPUT);
    const log = await after.json<Entry[]>(`/runs/${id}/logs`);
    expect(log.filter(({ type, node_id }) => type === 'node.started' && node_id === 'big')).toHaveLength(1);
    expect(log.map(({ type }) => type)).toContain('run.recovered');
  });

  it('keeps the run, and everything else going, while the file is damaged, and goes on once it is mended', async () => {
    const id = await killedRun();
    await files('CREATE TABLE kept AS SELECT * FROM artifacts', 'DELETE FROM artifacts');
    const damaged = await start();
    await waitFor('the log to tell', () => damaged.log.includes('which is missing'));
    for (const [path, method] of [
      ['', 'GET'],
      ['/cancel', 'POST'],
    ] as const) {
      const answer = await damaged.request(`/runs/${id}${path}`, { method });
      expect(answer.status).toBe(500);
      expect(await answer.json()).toMatchObject({ type: '/problems/run-damaged' });
    }
    const { graph_id } = await damaged.post<{ graph_id: string }>('/graphs', graphFor(counter.url));
    const other = await damaged.post<Answer>('/runs?wait=20', { graph_id });
    expect(other).toMatchObject({ status: 'SUCCESS' });
    await damaged.stop('SIGTERM');

    await files('INSERT INTO artifacts SELECT * FROM kept', 'DROP TABLE kept');
    const mended = await start();
    expect(await ended(mended, id)).toMatchObject({
      status: 'SUCCESS',
      result: { outputs: { seen: { length: CHARACTERS } } },
    });
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '../../sdk/typescript/src/index.js';
import { BuiltService } from '../support/built-service.js';
import { CallCounter } from '../support/call-counter.js';
import { freePort } from '../support/free-port.js';
import { waitFor } from '../support/wait-for.js';
import { clientOf, collect } from './support/use-client.js';

describe('A stream of the client', () => {
  let folder: string;
  let counter: CallCounter;
  const services: BuiltService[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-sdk-restart-'));
    counter = await CallCounter.start();
  });
  afterAll(async () => {
    for (const service of services) await service.stop('SIGKILL');
    await counter.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (name: string, port: number): Promise<BuiltService> => {
    const service = await BuiltService.start({
      database: join(folder, `${name}.db`),
      port,
      env: { SHUTDOWN_GRACE_SEC: '0' },
    });
    services.push(service);
    return service;
  };

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'goes on over a %s of the service, without a gap or a repeat',
    async (signal) => {
      const port = await freePort();
      counter.shut();
      const before = await start(signal, port);
      const wand = clientOf(before.url);
      const { graph_id } = await wand.graphs.create({
        name: 'long',
        nodes: [
          { id: 'first', type: 'agent.echo' },
          { id: 'held', type: 'agent.fetch', params: { url: `${counter.url}/${signal}` } },
          { id: 'last', type: 'agent.echo' },
        ],
        edges: [
          { from: 'first', to: 'held' },
          { from: 'held', to: 'last' },
        ],
      });
      const { run_id } = await wand.runs.start({ graph_id });
      const seen: RunEvent[] = [];
      const streaming = (async () => {
        for await (const event of wand.runs.stream(run_id)) seen.push(event);
      })();
      await waitFor('the run to be held up', () => counter.calls.includes(`/${signal}`));
      await waitFor('the stream to have told so', () => seen.some((event) => event.type === 'node.succeeded'));
      const seenBefore = seen.length;
      await before.stop(signal);
      counter.open();
      await start(signal, port);
      await streaming;
      expect(seen.length).toBeGreaterThan(seenBefore);
      expect(seen.map(({ run_id: _, ...entry }) => entry)).toEqual(await collect(wand.runs.logs(run_id)));
      expect(seen.map(({ type }) => type)).toContain('node.interrupted');
      expect(seen.at(-1)?.type).toBe('run.succeeded');
    },
  );
});

import { MetricValues } from '../support/metric-values.js';
import { waitFor } from '../support/wait-for.js';
import { type Ground, assertNone, campaign, extent } from './support/campaign.js';
import type { BuiltService } from '../support/built-service.js';
import { Reader, silentReader } from './support/stream-crowd.js';

const READERS = extent({ short: 20, full: 400 });
const SILENT = extent({ short: 40, full: 100 });
const NODES = 300;
/** Of one output: all together are more than the sockets of one stream take on both sides. */
const OUTPUT_BYTES = 20_000;
/** All that the process may have: too little to hold for each silent client what it does not read. */
const HEAP_MB = extent({ short: 192, full: 320 });

/** All of the process: its code and the heap, and what the sockets of all streams may hold. */
const MOST_MB = HEAP_MB + 256;

interface Measured {
  readonly open: number;
  readonly lagged: number;
  /** Memory of the process as a whole, in MB: what waits in sockets lies outside the heap. */
  readonly residentMb: number;
}

async function measure(service: BuiltService): Promise<Measured> {
  const values = new MetricValues(await (await service.request('/metrics')).text());
  const valueOf = (series: string): number => values.of(series) ?? Number.NaN;
  return {
    open: valueOf('wand_streams_open{kind="run"}'),
    lagged: valueOf('wand_streams_lagged_total{kind="run"}'),
    residentMb: valueOf('process_resident_memory_bytes') / 1_048_576,
  };
}

/** One node that waits until its call is answered, then many with large outputs. */
function heldGraph({ agents }: Ground): object {
  const wide = Array.from({ length: NODES }, (_, index) => ({
    id: `n${index}`,
    type: 'agent.echo',
    params: { x: '${input.text}' },
  }));
  return {
    name: 'held',
    nodes: [{ id: 'held', type: 'agent.fetch', params: agents.fetchParams({ node: 'held' }) }, ...wide],
    edges: wide.map(({ id }) => ({ from: 'held', to: id })),
    options: { concurrency: 10 },
  };
}

describe('many readers of one run, some of whom never read', () => {
  campaign(
    'get every event once; those who never read cost next to nothing and are let go',
    'streams',
    async (ground) => {
      const target = await ground.start(ground.history(), {
        nodeArgs: [`--max-old-space-size=${HEAP_MB}`],
        env: {
          MONITORING__SSE_QUEUE_SIZE: '100',
          MONITORING__SSE_STALL_SEC: '2',
          // The outputs themselves are in the stream.
          EXECUTION__MAX_OUTPUT_BYTES: '1000000',
        },
      });
      const service = await target.up();
      const port = Number(new URL(service.url).port);
      let peakMb = 0;
      const look = async (): Promise<Measured> => {
        const measured = await measure(service);
        peakMb = Math.max(peakMb, measured.residentMb);
        return measured;
      };
      ground.agents.shut();
      const { graph_id } = await service.post<{ graph_id: string }>('/graphs', heldGraph(ground));
      const input = { text: 'x'.repeat(OUTPUT_BYTES) };
      const { run_id } = await service.post<{ run_id: string }>('/runs', { graph_id, input });
      const path = `/runs/${run_id}/stream`;

      const readers = Array.from({ length: READERS }, () => new Reader(port, path));
      const reading = Promise.all(readers.map((reader) => reader.read()));
      // Awaited below; a process that dies before is told by whoever asks it next.
      reading.catch(() => undefined);
      const hangUps = await Promise.all(Array.from({ length: SILENT }, () => silentReader(port, path)));
      await waitFor('all streams to be open', async () => (await look()).open === READERS + SILENT);

      ground.agents.open();
      await waitFor('the silent ones to be let go', async () => (await look()).lagged >= SILENT, 120_000);
      await reading;
      await waitFor('all streams to be closed', async () => (await look()).open === 0);

      const entries = await service.json<{ seq: number }[]>(`/runs/${run_id}/logs?limit=10000`);
      const expected = entries.map(({ seq }) => seq).join(' ');
      assertNone(
        readers.flatMap(({ seqs }, index) =>
          seqs.join(' ') === expected
            ? []
            : [`reader ${index} got ${seqs.length} events of ${entries.length}: ${seqs.join(' ')}`],
        ),
      );

      // Replays of the finished run, by clients that never read either: nothing comes in behind which they could fall.
      hangUps.push(...(await Promise.all(Array.from({ length: SILENT }, () => silentReader(port, path)))));
      await waitFor('the silent replays to be let go', async () => (await look()).lagged >= 2 * SILENT, 60_000);
      await waitFor('all replays to be closed', async () => (await look()).open === 0);
      for (const hangUp of hangUps) hangUp();

      expect(peakMb).toBeGreaterThan(0);
      expect(peakMb).toBeLessThan(MOST_MB);
      await target.stop('SIGTERM');
      const reconnects = readers.reduce((sum, reader) => sum + reader.reconnects, 0);
      return {
        streams: READERS + 2 * SILENT,
        events: entries.length,
        reconnects,
        'MB of heap': HEAP_MB,
        'MB at most': Math.ceil(peakMb),
      };
    },
  );
});

import { type EventStream } from '../event-stream.ts';
import { type Figures, type Limits, ofLimit, percentile } from '../figures.ts';
import { ticking } from '../graphs.ts';
import { Service } from '../service.ts';

const STREAMS = 1_000;
const TICKS = 40;
const EVERY_SEC = 0.1;

/** One stream: which events came, and how long after they happened. */
interface Watcher {
  readonly seqs: number[];
  readonly latencies: number[];
  readonly stream: EventStream;
}

/** W6: 1,000 streams watch one run whose events come one tick after another. */
export async function w6(limits: Limits): Promise<Figures[]> {
  const service = await Service.start();
  try {
    // The streams open while the first node waits: all of them see every later event live.
    const warmUp = { id: 'warm_up', type: 'agent.delay', params: { seconds: 5 } };
    const graph = ticking(TICKS, EVERY_SEC) as { readonly nodes: readonly object[]; readonly edges: readonly object[] };
    const graphId = await service.createGraph({
      ...graph,
      nodes: [warmUp, ...graph.nodes],
      edges: [{ from: 'warm_up', to: 'n0' }, ...graph.edges],
    });
    const runId = String((await service.post('/runs', { graph_id: graphId }))['run_id']);
    const watchers = await openStreams(service, runId);
    const before = service.cpuSeconds ?? Number.NaN;
    await Promise.all(watchers.map(({ stream }) => stream.ended));
    return [figuresOf(service, watchers, before, limits)];
  } finally {
    await service.stop();
  }
}

async function openStreams(service: Service, runId: string): Promise<Watcher[]> {
  const watchers: Watcher[] = [];
  for (let count = 0; count < STREAMS; count++) {
    const seqs: number[] = [];
    const latencies: number[] = [];
    const stream = await service.openStream(`/runs/${runId}/stream`, ({ seq, latencyMs }) => {
      seqs.push(seq);
      latencies.push(latencyMs);
    });
    watchers.push({ seqs, latencies, stream });
  }
  return watchers;
}

function figuresOf(service: Service, watchers: readonly Watcher[], cpuBefore: number, limits: Limits): Figures {
  const events = Math.max(...watchers.map(({ seqs }) => seqs.length));
  const isWhole = ({ seqs }: Watcher): boolean =>
    seqs.length === events && seqs.every((seq, index) => seq === index + 1);
  const whole = watchers.filter(isWhole).length;
  // The events before the streams were open are a replay.
  const live = watchers.flatMap(({ latencies }) => latencies.slice(-2 * TICKS));
  const p99Ms = percentile(live, 0.99);
  const perSec = (STREAMS * 2) / EVERY_SEC;
  return {
    id: 'W6',
    workload: `${STREAMS.toLocaleString('en')} streams of one run`,
    throughput: { value: perSec, unit: 'events/s' },
    p50Ms: percentile(live, 0.5),
    p99Ms,
    cpuSecPer1000: (((service.cpuSeconds ?? Number.NaN) - cpuBefore) / (live.length / 1_000)) * 1,
    peakMemoryMb: (service.peakMemoryBytes ?? Number.NaN) / 1e6,
    ofLimit: ofLimit(limits, 'posts', perSec),
    goal: { text: 'every event, p99 100 ms', isMet: whole === STREAMS && p99Ms <= 100 },
    note: `${whole} of ${STREAMS} streams got each of ${events} events once; cpu per 1,000 events`,
  };
}

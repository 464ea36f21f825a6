import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { type Figures, type Limits, ofLimit, percentile } from '../figures.ts';
import { ticking } from '../graphs.ts';
import { Service } from '../service.ts';

const STREAMS = 1_000;
const TICKS = 40;
const EVERY_SEC = 0.1;
const FRAME = /^id: (\d+)\nevent: \S+\ndata: \{.*?"ts":([\d.]+)/gm;

/** One stream: which events came, and how long after they happened. */
class Watcher {
  readonly seqs: number[] = [];
  readonly latencies: number[] = [];
  readonly ended: Promise<void>;
  private text = '';

  constructor(socket: Socket) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.receive(chunk));
    socket.on('close', () => resolve());
  }

  private receive(chunk: string): void {
    const now = (performance.timeOrigin + performance.now()) / 1_000;
    this.text += chunk;
    const end = this.text.lastIndexOf('\n\n');
    if (end === -1) return;
    for (const [, seq, ts] of this.text.slice(0, end).matchAll(FRAME)) {
      this.seqs.push(Number(seq));
      this.latencies.push((now - Number(ts)) * 1_000);
    }
    this.text = this.text.slice(end);
  }
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
    await Promise.all(watchers.map(({ ended }) => ended));
    return [figuresOf(service, watchers, before, limits)];
  } finally {
    await service.stop();
  }
}

async function openStreams(service: Service, runId: string): Promise<Watcher[]> {
  const { hostname, port } = new URL(service.url);
  const watchers: Watcher[] = [];
  for (let stream = 0; stream < STREAMS; stream++) {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    watchers.push(new Watcher(socket));
    socket.write(service.streamRequest(runId));
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

/**
 * Benchmarks of the built service over HTTP: `npm run bench`. Prints a table and ratios; absolute figures mean little on a
 * machine that others use too.
 */
import { type Service, startService } from './service.ts';

interface Row {
  readonly workload: string;
  readonly [figure: string]: string | number;
}

const node = (id: string): object => ({ id, type: 'agent.echo' });
const edge = (from: string, to: string): object => ({ from, to });

const pipeline = {
  name: 'pipeline',
  nodes: ['a', 'b', 'c'].map(node),
  edges: [
    { from: '$input', to: 'a', map: { x: 'x' } },
    { from: 'a', to: 'b', map: { x: 'x' } },
    { from: 'b', to: 'c', map: { x: 'x' } },
  ],
};

function chain(length: number): object {
  const ids = Array.from({ length }, (_, index) => `n${index}`);
  return { name: 'chain', nodes: ids.map(node), edges: ids.slice(1).map((id, index) => edge(ids[index] ?? '', id)) };
}

/** One node that leads to all others. */
function fanOut(nodes: number): object {
  const ids = Array.from({ length: nodes - 1 }, (_, index) => `n${index}`);
  return {
    name: 'fan-out',
    nodes: [node('first'), ...ids.map(node)],
    edges: ids.map((id) => edge('first', id)),
    options: { concurrency: 50 },
  };
}

async function createGraph(service: Service, graph: object): Promise<string> {
  const { status, body } = await service.post('/graphs', graph);
  if (status !== 201) throw new Error(`POST /graphs answered ${status}: ${JSON.stringify(body)}`);
  return String(body['graph_id']);
}

/** Starts one run and waits for its end; returns the seconds between. */
async function timeRun(service: Service, graphId: string): Promise<number> {
  const start = performance.now();
  const { status, body } = await service.post('/runs?wait=60', { graph_id: graphId, input: { x: 1 } });
  let run = body;
  while (status === 202 && !['SUCCESS', 'FAILED', 'CANCELLED'].includes(String(run['status']))) {
    run = await service.get(`/runs/${String(body['run_id'])}`);
  }
  if (run['status'] !== 'SUCCESS')
    throw new Error(`a run ended ${String(run['status'])}: ${JSON.stringify(run['error'])}`);
  return (performance.now() - start) / 1_000;
}

async function clients(service: Service, graphId: string, inFlight: number, total: number): Promise<Row> {
  const seconds: number[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < total) {
      next += 1;
      seconds.push(await timeRun(service, graphId));
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, client));
  const elapsed = (performance.now() - start) / 1_000;
  seconds.sort((a, b) => a - b);
  const percentile = (share: number): string => ((seconds[Math.floor(seconds.length * share)] ?? 0) * 1_000).toFixed(1);
  return {
    workload: `3-node pipeline, ${inFlight} clients, ${total} runs, POST to result`,
    'runs/s': Math.round(total / elapsed),
    'p50 ms': percentile(0.5),
    'p99 ms': percentile(0.99),
  };
}

async function scale(service: Service, name: string, graph: (nodes: number) => object): Promise<Row[]> {
  const rows: Row[] = [];
  let baseline = 0;
  for (const nodes of [1_000, 10_000]) {
    const seconds = await timeRun(service, await createGraph(service, graph(nodes)));
    if (baseline === 0) baseline = seconds;
    rows.push({
      workload: `${name}, ${nodes} nodes`,
      seconds: seconds.toFixed(2),
      'steps/s': Math.round(nodes / seconds),
      'time per node / baseline': (seconds / nodes / (baseline / 1_000)).toFixed(2),
    });
  }
  return rows;
}

const service = await startService();
try {
  const graphId = await createGraph(service, pipeline);
  await clients(service, graphId, 64, 500);
  const rows = [
    await clients(service, graphId, 64, 5_000),
    await clients(service, graphId, 1, 300),
    ...(await scale(service, 'fan-out', fanOut)),
    ...(await scale(service, 'chain', chain)),
  ];
  console.table(rows);
} finally {
  await service.stop();
}

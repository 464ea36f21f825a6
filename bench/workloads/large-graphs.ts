import { type Figures, type LimitName, type Limits, ofLimit, percentile } from '../figures.ts';
import { chain, wide } from '../graphs.ts';
import { Service } from '../service.ts';

const ENDED = /"status":"(SUCCESS|FAILED|CANCELLED)"/;

interface GraphLoad {
  readonly id: string;
  readonly workload: string;
  readonly graph: object;
  readonly nodes: number;
  readonly runs: number;
  readonly limit: LimitName;
  /** Steps per second. */
  readonly atLeast: number;
  readonly limits: Limits;
  /** Of the service. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs of one large graph, one after another; a step is a node run. */
async function runLarge(load: GraphLoad): Promise<Figures> {
  const { id, workload, nodes, runs, limit, limits, atLeast, env } = load;
  const service = await Service.start({ env });
  try {
    const connection = await service.connect();
    const body = JSON.stringify({ graph_id: await service.createGraph(load.graph) });
    const startRun = async (): Promise<number> => {
      const startedAt = performance.now();
      const answer = await connection.request({ method: 'POST', path: '/runs?wait=60', body });
      if (ENDED.exec(answer.body)?.[1] !== 'SUCCESS')
        throw new Error(`a run did not succeed: ${answer.body.slice(0, 500)}`);
      return performance.now() - startedAt;
    };
    await startRun();
    const before = { cpu: service.cpuSeconds, bytes: service.databaseBytes };
    const latencies: number[] = [];
    for (let run = 0; run < runs; run++) latencies.push(await startRun());
    connection.close();
    const stepsPerSec = (nodes * runs * 1_000) / latencies.reduce((sum, ms) => sum + ms, 0);
    const cpu = (service.cpuSeconds ?? Number.NaN) - (before.cpu ?? Number.NaN);
    return {
      id,
      workload,
      throughput: { value: stepsPerSec, unit: 'steps/s' },
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      cpuSecPer1000: Number.isNaN(cpu) ? undefined : (cpu / runs) * 1_000,
      peakMemoryMb: (service.peakMemoryBytes ?? Number.NaN) / 1e6,
      databaseBytesPerRun: (service.databaseBytes - before.bytes) / runs,
      ofLimit: ofLimit(limits, limit, stepsPerSec),
      goal: { text: `${atLeast.toLocaleString('en')} steps/s`, isMet: stepsPerSec >= atLeast },
    };
  } finally {
    await service.stop();
  }
}

/** W2: 1 → 1,000 → 1. */
export async function w2(limits: Limits): Promise<Figures[]> {
  const nodes = 1_002;
  const graph = wide(nodes);
  const load = {
    id: 'W2',
    workload: '1 → 1,000 → 1',
    graph,
    nodes,
    runs: 20,
    limit: 'rows',
    atLeast: 20_000,
    limits,
  } as const;
  return [await runLarge(load)];
}

/** W2 on a database server; `env` says which, and whose queue. */
export async function w2OnServer(
  limits: Limits,
  where: string,
  env: Readonly<Record<string, string>>,
): Promise<Figures> {
  const nodes = 1_002;
  const load = { id: 'W2', graph: wide(nodes), nodes, runs: 10, limit: 'rows', atLeast: 0, limits, env } as const;
  const { databaseBytesPerRun: _bytes, goal: _goal, ...figures } = await runLarge({ ...load, workload: where });
  return figures;
}

/** W3: a chain of 1,000 nodes: one commit per step. */
export async function w3(limits: Limits): Promise<Figures[]> {
  const nodes = 1_000;
  const graph = chain(nodes);
  const load = {
    id: 'W3',
    workload: 'chain of 1,000',
    graph,
    nodes,
    runs: 5,
    limit: 'commits',
    atLeast: 2_400,
    limits,
  } as const;
  return [await runLarge(load)];
}

/** W5: 10,000 nodes, and how much longer than ten times 1,000 nodes they take. */
export async function w5(limits: Limits): Promise<Figures[]> {
  const load = { limit: 'rows', atLeast: 15_000, limits } as const;
  const small = { id: 'W5', workload: 'wide, 1,000 nodes', graph: wide(1_000), nodes: 1_000, runs: 20, ...load };
  const large = { id: 'W5', workload: 'wide, 10,000 nodes', graph: wide(10_000), nodes: 10_000, runs: 4, ...load };
  const first = await runLarge(small);
  const second = await runLarge(large);
  const ratio = (second.p50Ms ?? Number.NaN) / (10 * (first.p50Ms ?? Number.NaN));
  const isMet = second.goal?.isMet === true && ratio <= 1.2;
  const goal = { text: '15,000 steps/s, 1.2 × ten times 1,000 nodes', isMet };
  return [first, { ...second, goal, note: `${ratio.toFixed(2)} × ten times 1,000 nodes` }];
}

import { closedLoop } from '../closed-loop.ts';
import type { Connection } from '../connection.ts';
import { type Figures, type LimitName, type Limits, ofLimit, percentile } from '../figures.ts';
import { PIPELINE } from '../graphs.ts';
import { Service } from '../service.ts';

interface PipelineLoad {
  readonly inFlight: number;
  readonly total: number;
  /** The checkout whose build is measured. */
  readonly root?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs of the three-node pipeline over HTTP, from POST to result. */
export async function runPipeline({ inFlight, total, root, env }: PipelineLoad) {
  const service = await Service.start({ root, env });
  const connections: Connection[] = [];
  try {
    for (let caller = 0; caller < inFlight; caller++) connections.push(await service.connect());
    const body = JSON.stringify({ graph_id: await service.createGraph(PIPELINE), input: { x: 1 } });
    const startRun = async (caller: number): Promise<void> => {
      const answer = await connections[caller]?.request({ method: 'POST', path: '/runs?wait=60', body });
      if (answer?.status !== 200 || !answer.body.includes('"status":"SUCCESS"')) {
        throw new Error(`a run did not succeed: ${answer?.status} ${answer?.body}`);
      }
    };
    // Until the code is compiled and the caches are filled.
    await closedLoop({ inFlight, total: Math.min(1_500, total) }, startRun);
    const before = { cpu: service.cpuSeconds, bytes: service.databaseBytes };
    const { perSec, latencies } = await closedLoop({ inFlight, total }, startRun);
    const cpu = (service.cpuSeconds ?? Number.NaN) - (before.cpu ?? Number.NaN);
    const peak = service.peakMemoryBytes;
    return {
      perSec,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      cpuSecPer1000: Number.isNaN(cpu) ? undefined : (cpu / total) * 1_000,
      peakMemoryMb: peak === undefined ? undefined : peak / 1e6,
      databaseBytesPerRun: (service.databaseBytes - before.bytes) / total,
    };
  } finally {
    for (const connection of connections) connection.close();
    await service.stop();
  }
}

const toFigures = (
  { perSec, ...measured }: Awaited<ReturnType<typeof runPipeline>>,
  limits: Limits,
  limit: LimitName,
): Omit<Figures, 'id' | 'workload'> => ({
  ...measured,
  throughput: { value: perSec, unit: 'runs/s' },
  ofLimit: ofLimit(limits, limit, perSec),
});

/** W1: 64 in flight, 5,000 runs. */
export async function w1(limits: Limits): Promise<Figures[]> {
  const figures = toFigures(await runPipeline({ inFlight: 64, total: 5_000 }), limits, 'posts');
  const { throughput, peakMemoryMb = Number.NaN } = figures;
  const isMet = (throughput?.value ?? 0) >= 2_800 && peakMemoryMb <= 200;
  return [
    {
      id: 'W1',
      workload: '3-node pipeline, HTTP, 64 in flight',
      ...figures,
      goal: { text: '2,800 runs/s, 200 MB', isMet },
    },
  ];
}

/** W1 on a database server; `env` says which, and whose queue. */
export async function w1OnServer(
  limits: Limits,
  where: string,
  env: Readonly<Record<string, string>>,
): Promise<Figures> {
  const measured = await runPipeline({ inFlight: 64, total: 3_000, env });
  const { databaseBytesPerRun: _bytes, ...figures } = toFigures(measured, limits, 'posts');
  return { id: 'W1', workload: where, ...figures };
}

/** W4: one run at a time. */
export async function w4(limits: Limits): Promise<Figures[]> {
  const figures = toFigures(await runPipeline({ inFlight: 1, total: 1_000 }), limits, 'commits');
  const isMet = (figures.p50Ms ?? Infinity) <= 3 && (figures.p99Ms ?? Infinity) <= 10;
  return [
    {
      id: 'W4',
      workload: '3-node pipeline, HTTP, one at a time',
      ...figures,
      goal: { text: 'p50 3 ms, p99 10 ms', isMet },
    },
  ];
}

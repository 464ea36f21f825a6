import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedLoop } from '../closed-loop.ts';
import { type Figures, type Limits, ofLimit, percentile } from '../figures.ts';
import { runInProcess } from '../in-process.ts';
import { Service } from '../service.ts';

const EVENTS_PER_RUN = 9;
const READS = 2_000;

/** W1 without HTTP. */
export async function w1InProcess(limits: Limits): Promise<Figures[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wand-bench-'));
  try {
    const { perSec, memoryMb, ...measured } = await runInProcess(folder, 20_000, 64);
    return [
      {
        id: 'W1',
        workload: '3-node pipeline, in-process, 64 in flight',
        throughput: { value: perSec, unit: 'runs/s' },
        ...measured,
        peakMemoryMb: Math.max(...memoryMb),
        ofLimit: ofLimit(limits, 'rows', perSec * EVENTS_PER_RUN),
        goal: { text: '8,000 runs/s', isMet: perSec >= 8_000 },
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** W7: reads of a database with `events` stored ones, made by real runs; the memory of the process that made them is shown too. */
export async function w7(limits: Limits, events = 1_000_000): Promise<Figures[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wand-bench-'));
  try {
    const runs = Math.ceil(events / EVENTS_PER_RUN / 10) * 10;
    const seeded = await runInProcess(folder, runs, 64);
    const service = await Service.start({ folder });
    try {
      return [memoryRow(runs, seeded.memoryMb), ...(await readRows(service, limits))];
    } finally {
      await service.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function memoryRow(runs: number, memoryMb: readonly number[]): Figures {
  const [first = Number.NaN] = memoryMb;
  const last = memoryMb.at(-1) ?? Number.NaN;
  return {
    id: 'memory',
    workload: `${runs.toLocaleString('en')} runs in one process`,
    peakMemoryMb: Math.max(...memoryMb),
    goal: { text: 'flat: last tenth ≤ 1.1 × first', isMet: last <= first * 1.1 },
    note: `MB after each tenth: ${memoryMb.join(' ')}`,
  };
}

async function readRows(service: Service, limits: Limits): Promise<Figures[]> {
  const connection = await service.connect();
  const read = async (path: string): Promise<string> => {
    const answer = await connection.request({ method: 'GET', path });
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.body}`);
    return answer.body;
  };
  const page = JSON.parse(await read('/runs?limit=200')) as { readonly items: readonly { readonly run_id: string }[] };
  const ids = page.items.map(({ run_id }) => run_id);
  let next = 0;
  const paths: readonly (readonly [workload: string, path: () => string])[] = [
    ['GET /runs/{id}, a million events', () => `/runs/${ids[next++ % ids.length] ?? ''}`],
    ['GET /runs, a million events', () => '/runs'],
    ['GET /runs?status=SUCCESS', () => '/runs?status=SUCCESS'],
    ['GET /runs/{id}/logs', () => `/runs/${ids[next++ % ids.length] ?? ''}/logs`],
  ];
  const rows: Figures[] = [];
  for (const [workload, path] of paths) rows.push(await readRow(service, limits, workload, () => read(path())));
  connection.close();
  return rows;
}

async function readRow(
  service: Service,
  limits: Limits,
  workload: string,
  read: () => Promise<string>,
): Promise<Figures> {
  const once = async (): Promise<void> => void (await read());
  await closedLoop({ inFlight: 1, total: READS / 4 }, once);
  const before = service.cpuSeconds ?? Number.NaN;
  const { perSec, latencies } = await closedLoop({ inFlight: 1, total: READS }, once);
  const p50Ms = percentile(latencies, 0.5);
  return {
    id: 'W7',
    workload,
    throughput: { value: perSec, unit: 'reads/s' },
    p50Ms,
    p99Ms: percentile(latencies, 0.99),
    cpuSecPer1000: (((service.cpuSeconds ?? Number.NaN) - before) / READS) * 1_000,
    peakMemoryMb: (service.peakMemoryBytes ?? Number.NaN) / 1e6,
    ofLimit: ofLimit(limits, 'posts', perSec),
    goal: { text: 'p50 2 ms', isMet: p50Ms <= 2 },
  };
}

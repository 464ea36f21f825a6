import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { closedLoop } from '../closed-loop.ts';
import type { Figures } from '../figures.ts';
import { ENDLESS } from '../graphs.ts';
import { Service } from '../service.ts';

const RUNS = 5_000;
const POLL_MS = 5;
const GIVE_UP_MS = 60_000;

/** W8: from the start of a process to the moment at which 5,000 runs that a kill -9 cut off all move again. */
export async function w8(): Promise<Figures[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wand-bench-'));
  const env = { EXECUTION__MAX_CONCURRENT_RUNS: String(RUNS) };
  try {
    const killed = await Service.start({ folder, env });
    await startEndlessRuns(killed);
    await killed.stop('SIGKILL');

    const startedAt = performance.now();
    const service = await Service.spawn({ folder, env });
    try {
      await untilRecovered(service.databasePath);
      const seconds = (performance.now() - startedAt) / 1_000;
      return [
        {
          id: 'W8',
          workload: `start with ${RUNS.toLocaleString('en')} unfinished runs`,
          throughput: { value: RUNS / seconds, unit: 'runs/s' },
          p50Ms: seconds * 1_000,
          p99Ms: seconds * 1_000,
          cpuSecPer1000: ((service.cpuSeconds ?? Number.NaN) / RUNS) * 1_000,
          peakMemoryMb: (service.peakMemoryBytes ?? Number.NaN) / 1e6,
          goal: { text: 'all moving within 2 s', isMet: seconds <= 2 },
          note: 'from the start of the process to the last run taken up',
        },
      ];
    } finally {
      await service.stop('SIGKILL');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startEndlessRuns(service: Service): Promise<void> {
  const body = JSON.stringify({ graph_id: await service.createGraph(ENDLESS) });
  const connections = await Promise.all(Array.from({ length: 32 }, () => service.connect()));
  await closedLoop({ inFlight: 32, total: RUNS }, async (caller) => {
    const answer = await connections[caller]?.request({ method: 'POST', path: '/runs', body });
    if (answer?.status !== 202) throw new Error(`POST /runs answered ${answer?.status}: ${answer?.body}`);
  });
  for (const connection of connections) connection.close();
  await untilCount(service.databasePath, "SELECT count(*) AS runs FROM runs WHERE status = 'RUNNING'");
}

/** Every run has been recovered once, and that is committed. */
function untilRecovered(databasePath: string): Promise<void> {
  return untilCount(databasePath, 'SELECT count(*) AS runs FROM runs WHERE epoch = 1');
}

async function untilCount(databasePath: string, sql: string): Promise<void> {
  const database = new Database(databasePath, { readonly: true });
  try {
    const count = database.prepare<[], { readonly runs: number }>(sql);
    const deadline = performance.now() + GIVE_UP_MS;
    while ((count.get()?.runs ?? 0) < RUNS) {
      if (performance.now() > deadline) throw new Error(`not all of ${RUNS} runs: ${sql}`);
      await sleep(POLL_MS);
    }
  } finally {
    database.close();
  }
}

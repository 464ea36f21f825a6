import { setTimeout as pause } from 'node:timers/promises';
import { cpuSecondsOfThreads } from '../process-usage.ts';
import type { Counts, Running, SetUp } from './set-ups.ts';

/** What a set-up that nobody asks for anything does in a minute, each of its processes on average. */
export interface IdleFigures extends Counts {
  readonly setUp: string;
  readonly processes: number;
  readonly cpuMs: number;
}

/** Until what a start has to do is done. */
const SETTLE_MS = 5_000;
const MINUTE_SEC = 60;

/** All set-ups side by side: an idle one disturbs no other. */
export async function measureIdle(setUps: readonly SetUp[], seconds: number): Promise<IdleFigures[]> {
  const idle: Running[] = [];
  try {
    for (const setUp of setUps) idle.push(await setUp.start(true));
    for (const running of idle) await running.tidy();
    await pause(SETTLE_MS);
    const before = await Promise.all(idle.map(reading));
    await pause(seconds * 1_000);
    const after = await Promise.all(idle.map(reading));
    return setUps.map(({ name }, index) => {
      const processes = idle[index]?.processes.length ?? 0;
      const perMinute = (figure: keyof Reading): number =>
        (((after[index]?.[figure] ?? Number.NaN) - (before[index]?.[figure] ?? Number.NaN)) / seconds / processes) *
        MINUTE_SEC;
      return {
        setUp: name,
        processes,
        transactions: perMinute('transactions'),
        ...(before[index]?.statements !== undefined && { statements: perMinute('statements') }),
        ...(before[index]?.redisCommands !== undefined && { redisCommands: perMinute('redisCommands') }),
        cpuMs: perMinute('cpuMs'),
      };
    });
  } finally {
    for (const running of idle) await running.stop();
  }
}

interface Reading extends Counts {
  readonly cpuMs: number;
}

async function reading(running: Running): Promise<Reading> {
  const cpuSec = running.processes.map(({ pid }) => cpuSecondsOfThreads(pid) ?? Number.NaN);
  return { ...(await running.count()), cpuMs: cpuSec.reduce((sum, seconds) => sum + seconds, 0) * 1_000 };
}

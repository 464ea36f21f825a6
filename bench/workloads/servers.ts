import type { Figures, Limits } from '../figures.ts';
import { Service } from '../service.ts';
import { w2OnServer } from './large-graphs.ts';
import { w1OnServer } from './pipeline.ts';

/** Servers to measure on; nothing else may use them meanwhile. */
export interface Servers {
  /** URL of a database that is empty or of an earlier measurement. */
  readonly database: string;
  /** URL of a Redis, for fleets whose queue is there. */
  readonly redis?: string;
}

const GOAL = { text: '800 runs/s', atLeast: 800 };

/** W1 and W2 on a database server: one process, then fleets of one and of two workers with each kind of queue. */
export async function onServers(limits: Limits, { database, redis }: Servers): Promise<Figures[]> {
  const kind = new URL(database).protocol.slice(0, -1);
  const base = { DATABASE__URL: database };
  const alone = await w1OnServer(limits, `3-node pipeline on ${kind}, embedded engine`, base);
  const isMet = (alone.throughput?.value ?? 0) >= GOAL.atLeast;
  const figures: Figures[] = [{ ...alone, goal: { text: GOAL.text, isMet } }];
  figures.push(await w2OnServer(limits, `1 → 1,000 → 1 on ${kind}, embedded engine`, base));
  for (const queue of queuesFor(kind, redis)) {
    const env = { ...base, EXECUTION__ENGINE: 'bullmq', QUEUE__PREFIX: 'wand_bench', ...queue };
    for (const workers of [1, 2]) {
      const where = `on ${kind}, queue in ${queue.QUEUE__BACKEND}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
      // The first is the process that is asked, too.
      const other = workers === 1 ? undefined : await Service.start({ env: { ...env, ROLE: 'worker' } });
      try {
        figures.push(await w1OnServer(limits, `3-node pipeline ${where}`, env));
        figures.push(await w2OnServer(limits, `1 → 1,000 → 1 ${where}`, env));
      } finally {
        await other?.stop();
      }
    }
  }
  return figures;
}

function queuesFor(kind: string, redis: string | undefined) {
  const inRedis = redis === undefined ? [] : [{ QUEUE__BACKEND: 'redis', QUEUE__URL: redis }];
  return kind.startsWith('postgres') ? [...inRedis, { QUEUE__BACKEND: 'postgres' }] : inRedis;
}

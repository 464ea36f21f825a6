import { Logger } from '@nestjs/common';
import type { AppConfig } from '../../../../config/index.js';
import type { Relay } from '../../../../events/index.js';
import type { FleetMemberRepository, PoolAttemptRepository } from '../../../../storage/index.js';
import { DEFAULT_POOL } from '../../../core/index.js';
import type { SessionPorts } from '../../host/index.js';
import { JobBuffer } from '../job-buffer.js';
import type { QueueListener } from '../queue/bullmq-job-queue.js';
import { type QueueLocation, openJobQueue } from '../queue/open-job-queue.js';
import type { QueueTimings } from '../queue/queue-timings.js';
import type { AttemptJobId } from './attempt-job-id.js';
import { AttemptSignals } from './attempt-signals.js';
import { PoolAttempts } from './pool-attempts.js';
import { PoolQueues } from './pool-queues.js';
import { PoolWorker } from './pool-worker.js';
import { Pools } from './pools.js';
import { ServedPools } from './served-pools.js';

export interface OpenPools {
  readonly config: AppConfig;
  readonly ports: Pick<SessionPorts, 'reader' | 'invoker' | 'clock' | 'templateEnv' | 'secrets'>;
  readonly table: PoolAttemptRepository;
  readonly members: FleetMemberRepository;
  readonly relay?: Relay;
  readonly location: QueueLocation;
  readonly timings: QueueTimings;
  readonly trouble: QueueListener;
}

/** Nothing is connected before there is an attempt for a pool, or one that this process is to take. */
export function openPools(options: OpenPools): Pools {
  const { config, ports, table, members, relay, location, timings, trouble } = options;
  const { clock } = ports;
  const logger = new Logger('Pools');
  const signals = new AttemptSignals(relay);
  const queues = new PoolQueues(async (pool) => {
    const jobs = await openJobQueue<AttemptJobId>(location, `attempts-${pool}`, timings, trouble);
    const buffer = new JobBuffer(jobs, clock, {
      failed: (error, waiting) =>
        logger.error({ err: error, waiting }, `the queue of the pool ${pool} cannot be reached: its attempts wait`),
      recovered: () => logger.log(`the queue of the pool ${pool} can be reached again`),
    });
    return { jobs, buffer };
  });
  const { pools } = config.execution;
  const others = config.role === 'api' ? [] : pools.filter((pool) => pool !== DEFAULT_POOL);
  const shared = { attempts: table, queues, signals };
  const served = new ServedPools(members, config.database.leaseSec * 1_000);
  const attempts = new PoolAttempts({ ...shared, served, options: { pools, silentMs: timings.lockMs } });
  const worker = others.length === 0 ? undefined : new PoolWorker({ ...ports, ...shared, pools: others });
  return new Pools(attempts, worker, queues, table);
}

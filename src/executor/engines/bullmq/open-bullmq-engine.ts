import { Logger } from '@nestjs/common';
import type { AppConfig } from '../../../config/index.js';
import type { FleetMemberRepository, PoolAttemptRepository } from '../../../storage/index.js';
import { DEFAULT_POOL, type RunId } from '../../core/index.js';
import { BullmqEngine, type BullmqEngineParts } from './bullmq-engine.js';
import { openPools } from './pools/index.js';
import { QueueAgreement } from './queue-agreement.js';
import { QueueTrouble } from './queue-trouble.js';
import { openJobQueue } from './queue/open-job-queue.js';
import { queueTimings } from './queue/queue-timings.js';

/** The process that leads prolongs the agreement on the queue in each round; another one leads after three that were missed. */
const KEEP_ROUNDS = 6;

export interface OpenBullmqEngine extends Pick<BullmqEngineParts, 'ports' | 'leases' | 'health' | 'relay'> {
  readonly config: AppConfig;
  readonly members: FleetMemberRepository;
  readonly poolAttempts: PoolAttemptRepository;
  /** Where the queue is. */
  readonly url: string;
}

/** The engine of one process of a fleet, as the configuration describes it. Nothing is connected before it starts. */
export async function openBullmqEngine(options: OpenBullmqEngine): Promise<BullmqEngine> {
  const { config, url, members, poolAttempts, ...parts } = options;
  const { queue, execution, role } = config;
  const timings = queueTimings(queue.lockSec, queue.stalledCheckSec);
  const trouble = new QueueTrouble(new Logger('Queue'));
  const location = { backend: queue.backend, url, prefix: queue.prefix };
  const jobs = await openJobQueue<RunId>(location, 'runs', timings, trouble);
  const { ports, relay } = parts;
  const pools = openPools({ config, ports, table: poolAttempts, members, relay, location, timings, trouble });
  return new BullmqEngine({
    ...parts,
    jobs,
    pools,
    agreement: new QueueAgreement(parts.leases, location, KEEP_ROUNDS * queue.sweepSec * 1_000),
    options: {
      isWorker: role !== 'api' && execution.pools.includes(DEFAULT_POOL),
      limits: execution,
      timings,
      maxBacklog: queue.maxBacklog,
      parkAfterMs: queue.parkAfterSec * 1_000,
      sweepMs: queue.sweepSec * 1_000,
    },
  });
}

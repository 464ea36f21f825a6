import { Logger } from '@nestjs/common';
import type { AppConfig } from '../../../config/index.js';
import { BullmqEngine, type BullmqEngineParts } from './bullmq-engine.js';
import { QueueTrouble } from './queue-trouble.js';
import { openRunJobs } from './queue/open-run-jobs.js';
import { queueTimings } from './queue/queue-timings.js';

export interface OpenBullmqEngine extends Pick<BullmqEngineParts, 'ports' | 'leases' | 'relay'> {
  readonly config: AppConfig;
  /** Where the queue is. */
  readonly url: string;
}

/** The engine of one process of a fleet, as the configuration describes it. Nothing is connected before it starts. */
export async function openBullmqEngine({ config, url, ...parts }: OpenBullmqEngine): Promise<BullmqEngine> {
  const { queue, execution, role } = config;
  const timings = queueTimings(queue.lockSec, queue.stalledCheckSec);
  const trouble = new QueueTrouble(new Logger('Queue'));
  const jobs = await openRunJobs({ backend: queue.backend, url, prefix: queue.prefix }, timings, trouble);
  return new BullmqEngine({
    ...parts,
    jobs,
    options: {
      isWorker: role !== 'api',
      limits: execution,
      timings,
      maxBacklog: queue.maxBacklog,
      parkAfterMs: queue.parkAfterSec * 1_000,
      sweepMs: queue.sweepSec * 1_000,
    },
  });
}

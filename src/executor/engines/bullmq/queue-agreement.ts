import type { FleetLeaseRepository } from '../../../storage/index.js';
import { OtherQueueError } from '../claim.errors.js';
import type { QueueLocation } from './queue/open-job-queue.js';

const LEASE = 'queue';

/**
 * All processes on a database use one queue. With two of them, each sweep would find the runs of the other without a job, queue
 * them once more, and have attempts interrupted that go on.
 *
 * What they agree on is a lease that belongs to the queue: whoever uses the same may prolong it.
 */
export class QueueAgreement {
  private readonly owner: string;

  /** @param keepMs How long it holds after it was last prolonged. */
  constructor(
    private readonly leases: FleetLeaseRepository,
    private readonly queue: Pick<QueueLocation, 'backend' | 'prefix'>,
    private readonly keepMs: number,
  ) {
    this.owner = `${queue.backend}:${queue.prefix}`;
  }

  /** @throws {OtherQueueError} | {JournalUnavailableError} */
  async keep(): Promise<void> {
    if (!(await this.leases.acquire(LEASE, this.owner, this.keepMs))) throw new OtherQueueError(this.queue);
  }

  /** The next process may come with another queue at once. */
  end(): Promise<void> {
    return this.leases.release(LEASE, this.owner);
  }
}

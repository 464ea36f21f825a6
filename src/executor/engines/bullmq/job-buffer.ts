import { type Clock, type Cancel } from '../../clock.js';
import { type EpochMs, epochMs } from '../../core/index.js';
import type { QueuedJob, JobQueue } from './queue/job-queue.js';

/** Jobs that are added at once, at most. */
const BATCH = 500;
/** Wait before a queue that did not answer is asked again, in milliseconds: doubled each time, up to the maximum. */
const RETRY_BASE_MS = 250;
const RETRY_MAX_MS = 2_000;

export interface BufferedJob<Id extends string> extends QueuedJob<Id> {
  /** A job that waits for a time is not to wait for it any more. */
  readonly isUrgent?: boolean;
}

export interface BufferListener {
  /** The queue does not answer: told once, until it does again. */
  failed(error: unknown, waiting: number): void;
  /** It answers again. */
  recovered(): void;
}

/**
 * What is committed and on its way into a queue. While the queue cannot be reached it waits here; that of a process that dies
 * with it is found in the database by others.
 */
export class JobBuffer<Id extends string> {
  private readonly waiting = new Map<Id, { readonly job: BufferedJob<Id>; readonly since: EpochMs }>();
  private isFlushing = false;
  private failures = 0;
  private disarm: Cancel | undefined;
  private isClosed = false;

  constructor(
    private readonly jobs: JobQueue<Id>,
    private readonly clock: Clock,
    private readonly listener: BufferListener,
  ) {}

  get size(): number {
    return this.waiting.size;
  }

  get oldest(): EpochMs | undefined {
    return this.waiting.values().next().value?.since;
  }

  get isReachable(): boolean {
    return this.failures === 0;
  }

  push(job: BufferedJob<Id>): void {
    if (this.isClosed) return;
    const known = this.waiting.get(job.id);
    const isUrgent = job.isUrgent === true || known?.job.isUrgent === true;
    this.waiting.set(job.id, { job: { ...job, isUrgent }, since: known?.since ?? this.clock.now() });
    if (!this.isFlushing && this.disarm === undefined) void this.flush();
  }

  /** Tries once more to hand on what waits; what cannot be handed on is left to be found there. */
  async close(): Promise<void> {
    this.disarm?.();
    this.disarm = undefined;
    if (!this.isFlushing && this.waiting.size > 0 && this.failures === 0) await this.flush();
    this.isClosed = true;
  }

  private async flush(): Promise<void> {
    this.isFlushing = true;
    // What is asked for in the same turn goes along.
    await Promise.resolve();
    try {
      while (this.waiting.size > 0 && !this.isClosed) await this.flushBatch();
      if (this.failures > 0) this.listener.recovered();
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      if (this.failures === 1) this.listener.failed(error, this.waiting.size);
      this.tryLater();
    } finally {
      this.isFlushing = false;
    }
  }

  private async flushBatch(): Promise<void> {
    const batch = [...this.waiting.values()].slice(0, BATCH).map(({ job }) => job);
    await this.jobs.add(batch);
    for (const { id, isUrgent } of batch) if (isUrgent === true) await this.jobs.promote(id);
    for (const job of batch) if (this.waiting.get(job.id)?.job === job) this.waiting.delete(job.id);
  }

  private tryLater(): void {
    if (this.isClosed) return;
    const waitMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** (this.failures - 1));
    this.disarm = this.clock.at(epochMs(this.clock.now() + waitMs), () => {
      this.disarm = undefined;
      void this.flush();
    });
  }
}

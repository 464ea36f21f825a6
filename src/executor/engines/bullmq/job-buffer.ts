import { type Clock, type Cancel } from '../../clock.js';
import { type EpochMs, type RunId, epochMs } from '../../core/index.js';
import type { RunJob, RunJobs } from './queue/run-jobs.js';

/** Jobs that are added at once, at most. */
const BATCH = 500;
/** Wait before a queue that did not answer is asked again, in milliseconds: doubled each time, up to the maximum. */
const RETRY_BASE_MS = 250;
const RETRY_MAX_MS = 2_000;

export interface BufferedJob extends RunJob {
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
 * Committed runs on their way into the queue. While the queue cannot be reached they wait here; those of a process that dies
 * with them are found in the database by the sweep.
 */
export class JobBuffer {
  private readonly waiting = new Map<RunId, { readonly job: BufferedJob; readonly since: EpochMs }>();
  private isFlushing = false;
  private failures = 0;
  private disarm: Cancel | undefined;
  private isClosed = false;

  constructor(
    private readonly jobs: RunJobs,
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

  push(job: BufferedJob): void {
    if (this.isClosed) return;
    const known = this.waiting.get(job.runId);
    const isUrgent = job.isUrgent === true || known?.job.isUrgent === true;
    this.waiting.set(job.runId, { job: { ...job, isUrgent }, since: known?.since ?? this.clock.now() });
    if (!this.isFlushing && this.disarm === undefined) void this.flush();
  }

  /** Tries once more to hand on what waits; what cannot be handed on is left to the sweep. */
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
    for (const { runId, isUrgent } of batch) if (isUrgent === true) await this.jobs.promote(runId);
    for (const job of batch) if (this.waiting.get(job.runId)?.job === job) this.waiting.delete(job.runId);
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

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { FleetLeaseRepository } from '../../../storage/index.js';

/** Does `work` again and again in one process of the fleet at a time. */
export class FleetLeader {
  private readonly owner = `${hostname()}:${process.pid}:${randomUUID()}`;
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private isClosed = false;
  private isLeading = false;

  /** @param everyMs Between two rounds; a leader that misses three loses its lease. */
  constructor(
    private readonly leases: FleetLeaseRepository,
    private readonly name: string,
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  get leads(): boolean {
    return this.isLeading;
  }

  start(): void {
    this.arm();
  }

  /** The next process may lead at once. */
  async stop(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.round;
    if (!this.isLeading) return;
    this.isLeading = false;
    try {
      await this.leases.release(this.name, this.owner);
    } catch (error) {
      this.onError(error);
    }
  }

  private arm(): void {
    if (this.isClosed) return;
    this.timer = setTimeout(() => {
      this.round = this.lead().finally(() => this.arm());
    }, this.everyMs);
    this.timer.unref();
  }

  private async lead(): Promise<void> {
    try {
      this.isLeading = await this.leases.acquire(this.name, this.owner, 3 * this.everyMs);
      if (this.isLeading) await this.work();
    } catch (error) {
      this.onError(error);
    }
  }
}

import type { Logger } from '@nestjs/common';
import type { QueueListener } from './queue/bullmq-job-queue.js';
import { saidBy } from './queue/job-queue.js';

/** The same trouble is told again after so long, in milliseconds. */
const TELL_EVERY_MS = 30_000;
const KINDS_KEPT = 100;

/** Tells what BullMQ reports, each kind of trouble once in a while: a connection that is down fails many times a second. */
export class QueueTrouble implements QueueListener {
  private readonly toldAt = new Map<string, number>();

  constructor(
    private readonly logger: Pick<Logger, 'debug' | 'warn'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  failed(error: Error): void {
    const kind = kindOf(error);
    const toldAt = this.toldAt.get(kind);
    const now = this.now();
    if (toldAt !== undefined && now - toldAt < TELL_EVERY_MS) return;
    if (this.toldAt.size >= KINDS_KEPT) this.toldAt.clear();
    this.toldAt.set(kind, now);
    this.logger.warn(`the queue reports trouble, and goes on by itself: ${saidBy(error)}`);
    this.logger.debug({ err: error }, 'where the queue had trouble');
  }
}

/** Messages of one kind differ in the ids that they name. */
function kindOf(error: Error): string {
  return `${error.name} ${error.message.replaceAll(/\S*\d\S*/g, '#')}`;
}

import type { Logger } from '@nestjs/common';
import type { FleetMemberRepository } from '../../../storage/index.js';
import type { Clock } from '../../clock.js';

/** A clock that differs by more is told of, in milliseconds. */
const TOLD_FROM_MS = 1_000;

/** How far the clock of this process is from that of the database, which all processes of a fleet have in common. */
export class ClockWatch {
  private offset: number | undefined;
  private isOff = false;

  constructor(
    private readonly members: Pick<FleetMemberRepository, 'now'>,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly logger: Pick<Logger, 'log' | 'warn'>,
  ) {}

  /** In milliseconds, above 0 when this process is ahead; undefined before the first look. */
  get offsetMs(): number | undefined {
    return this.offset;
  }

  /** Asks the database. @throws {JournalUnavailableError} */
  async look(): Promise<void> {
    const askedAt = this.clock.now();
    const theirs = await this.members.now();
    const answeredAt = this.clock.now();
    this.offset = (askedAt + answeredAt) / 2 - theirs;
    // The answer was made at any moment between.
    const isOff = Math.abs(this.offset) - (answeredAt - askedAt) / 2 > TOLD_FROM_MS;
    if (isOff && !this.isOff) this.logger.warn(this.warning(this.offset));
    if (!isOff && this.isOff) this.logger.log('the clock of this process is that of the database again');
    this.isOff = isOff;
  }

  private warning(offset: number): string {
    const seconds = (Math.abs(offset) / 1_000).toFixed(1);
    const side = offset > 0 ? 'ahead of' : 'behind';
    return `the clock of this process is ${seconds} s ${side} that of the database: keep the clocks of a fleet within a second of each other (NTP)`;
  }
}

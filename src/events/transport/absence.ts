import { Logger } from '@nestjs/common';

/** Tells in the log when the server of a channel cannot be reached, and when it can again: once each. */
export class Absence {
  private readonly logger = new Logger('Relay');
  private isAway = false;

  /** @param server Its name, for people. */
  constructor(private readonly server: string) {}

  /** @param error Why; drivers name the host in it, never the password. */
  began(error: unknown): void {
    if (this.isAway) return;
    this.isAway = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.logger.warn(`${this.server} cannot be reached: what other processes do is looked up once a second: ${reason}`);
  }

  ended(): void {
    if (this.isAway) this.logger.log(`${this.server} is back: other processes are heard again`);
    this.isAway = false;
  }
}

import type { LoggerService } from '@nestjs/common';
import { fieldOf, messageOf } from '../cli-errors.js';
import type { SecretRegistry } from '../../config/index.js';
import type { OutputStream } from '../cli-context.js';
import { printableLine } from '../text/printable.js';

/** What the engine has to say beside the journal: warnings and errors, one line each; the rest would disturb the display. */
export class StderrLogger implements LoggerService {
  constructor(
    private readonly out: OutputStream,
    private readonly secrets: SecretRegistry,
  ) {}

  log(): void {
    // Every start says that it started.
  }

  warn(...args: unknown[]): void {
    this.write('warning', args);
  }

  error(...args: unknown[]): void {
    this.write('error', args);
  }

  fatal(...args: unknown[]): void {
    this.write('error', args);
  }

  /** Nest passes the message first, and the name of the class that logs last. */
  private write(level: string, [first, second]: readonly unknown[]): void {
    const isDetailed =
      typeof first === 'object' && fieldOf(first, 'message') === undefined && typeof second === 'string';
    const text = isDetailed ? second : messageOf(first);
    this.out.write(`${level}: ${printableLine(this.secrets.text(text))}\n`);
  }
}

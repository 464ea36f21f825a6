import type { destination } from 'pino';

/** The stream under pino's destinations. */
export type LineStream = ReturnType<typeof destination>;

/** How long a stream that could not write is left alone before what waits in it is tried again. */
const RETRY_MS = 100;

/**
 * Writes lines to a stream that writes at once. `writing` while that works; `failing` from the first error on, as on a full
 * disk: lines are then dropped, so that they do not fill the memory instead, until what waits could be written. No error
 * leaves it: a log that cannot be written stops nothing else.
 */
export class LineWriter {
  /** When it last failed, in monotonic milliseconds; undefined while it is `writing`. */
  private failedAt: number | undefined;

  constructor(private readonly stream: LineStream) {
    stream.on('error', () => {
      this.failedAt = performance.now();
    });
    stream.on('write', () => {
      this.failedAt = undefined;
    });
  }

  write(line: string): void {
    if (this.isWriting()) this.stream.write(line);
  }

  private isWriting(): boolean {
    if (this.failedAt === undefined) return true;
    if (performance.now() - this.failedAt < RETRY_MS) return false;
    // The one tries streams that gather nothing, the other those that do.
    this.stream.write('');
    this.stream.flush();
    return this.failedAt === undefined;
  }
}

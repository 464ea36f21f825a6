import { type FSWatcher, watch } from 'node:fs';
import { Logger } from '@nestjs/common';

/** An editor writes a file in several steps. */
const SETTLE_MS = 100;

/** Calls `onChange` after something in the directories has changed, one call at a time. */
export class DirectoryWatch {
  private readonly logger = new Logger(DirectoryWatch.name);
  private watchers: FSWatcher[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** The last call, until it is done. */
  private calling: Promise<void> = Promise.resolve();

  constructor(
    private readonly directories: readonly string[],
    private readonly onChange: () => Promise<void>,
  ) {}

  start(): void {
    this.watchers = this.directories.map((directory) =>
      watch(directory, { recursive: true, persistent: false }, () => this.changed()).on('error', (error) => {
        this.logger.error({ err: error }, `${directory} is watched no more`);
      }),
    );
  }

  async stop(): Promise<void> {
    for (const watcher of this.watchers) watcher.close();
    clearTimeout(this.timer);
    await this.calling;
  }

  private changed(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.call(), SETTLE_MS).unref();
  }

  private call(): void {
    this.calling = this.calling
      .then(() => this.onChange())
      .catch((error: unknown) => this.logger.error({ err: error }, 'plugins could not be loaded again'));
  }
}

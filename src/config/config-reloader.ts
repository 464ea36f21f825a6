import { stat } from 'node:fs/promises';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { AppConfig } from './app.config.js';
import { ConfigError, faultLine } from './config.errors.js';
import { LiveConfig } from './live-config.js';
import { LoadedConfig } from './load-config.js';
import { dotEnvPath, environmentFilePath } from './read-variables.js';

/** How often the files are looked at. An editor may write a file in several steps: what comes after one look is seen by the next. */
const POLL_MS = 500;

/**
 * In development, reads the configuration again when `.env` or `config/<ENVIRONMENT>.env` changes. It looks at the files
 * instead of being told: the folder of `.env` often holds the database, whose every write would wake a watcher, and folders
 * that are mounted into a container tell nothing.
 */
@Injectable()
export class ConfigReloader implements OnModuleDestroy {
  private readonly logger = new Logger('Configuration');
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;
  /** Of the files at the last look. The first one finds them changed: nobody knows what they were when they were read. */
  private signs = '';

  constructor(
    private readonly config: AppConfig,
    private readonly loaded: LoadedConfig,
    private readonly live: LiveConfig,
  ) {}

  /** Begins, in development; it keeps no process alive. Does nothing elsewhere. */
  start(): void {
    if (this.config.environment !== 'development') return;
    const { source } = this.loaded;
    const files = [dotEnvPath(source), environmentFilePath(source, this.config.environment)];
    this.timer = setInterval(() => void this.look(files), POLL_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async look(files: readonly string[]): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    const signs = (await Promise.all(files.map(signOf))).join('\n');
    this.isLooking = false;
    if (signs === this.signs || this.timer === undefined) return;
    this.signs = signs;
    this.reload();
  }

  private reload(): void {
    try {
      this.live.reload();
    } catch (error) {
      const lines = error instanceof ConfigError ? error.faults.map(faultLine) : [String(error)];
      for (const line of lines) this.logger.error(`the changed configuration is not used: ${line}`);
    }
  }
}

/** Differs when the file does. */
async function signOf(file: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'cannot be read';
  }
}

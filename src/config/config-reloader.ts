import { type Stats, unwatchFile, watchFile } from 'node:fs';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { AppConfig } from './app.config.js';
import { ConfigError, faultLine } from './config.errors.js';
import { LiveConfig } from './live-config.js';
import { LoadedConfig } from './load-config.js';
import { dotEnvPath, environmentFilePath } from './read-variables.js';

/** How often the files are looked at. */
const POLL_MS = 500;
/** An editor may write a file in several steps. */
const SETTLE_MS = 50;

/**
 * In development, reads the configuration again when `.env` or `config/<ENVIRONMENT>.env` changes. It looks at the files
 * instead of being told: the folder of `.env` often holds the database, whose every write would wake a watcher, and folders
 * that are mounted into a container tell nothing.
 */
@Injectable()
export class ConfigReloader implements OnModuleDestroy {
  private readonly logger = new Logger('Configuration');
  private watched: readonly string[] = [];
  private settling: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly loaded: LoadedConfig,
    private readonly live: LiveConfig,
  ) {}

  /** Begins, in development; it keeps no process alive. Does nothing elsewhere. */
  start(): void {
    if (this.config.environment !== 'development') return;
    const { source } = this.loaded;
    this.watched = [dotEnvPath(source), environmentFilePath(source, this.config.environment)];
    for (const path of this.watched) watchFile(path, { persistent: false, interval: POLL_MS }, this.onChange);
  }

  onModuleDestroy(): void {
    clearTimeout(this.settling);
    for (const path of this.watched) unwatchFile(path, this.onChange);
    this.watched = [];
  }

  private readonly onChange = (now: Stats, before: Stats): void => {
    // The first look at a file that is not there is told as well.
    if (now.mtimeMs === 0 && before.mtimeMs === 0) return;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.reload(), SETTLE_MS).unref();
  };

  private reload(): void {
    try {
      this.live.reload();
    } catch (error) {
      const lines = error instanceof ConfigError ? error.faults.map(faultLine) : [String(error)];
      for (const line of lines) this.logger.error(`the changed configuration is not used: ${line}`);
    }
  }
}

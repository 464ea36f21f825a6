import type { CacheLimits } from './cache/index.js';

/** `check` opens a database only if its schema is up to date: somebody else migrates it. */
export type MigrateMode = 'auto' | 'check';

/** Which database, and how to use it. */
export abstract class StorageOptions {
  /** One of `DATABASE_URL_FORMS`. */
  abstract readonly url: string;
  /** `full` survives a power cut; `normal` is faster and may lose the last moments in one. Both survive `kill -9`. */
  abstract readonly synchronous: 'full' | 'normal';
  /** Logs every SQL statement, without the texts that it holds. */
  abstract readonly echoSql: boolean;
  /** What becomes of migrations that the database lacks: applied when it is opened, or refused; applied when left out. */
  abstract readonly migrate?: MigrateMode;
  /** Connections to a database server; 10 when left out. */
  abstract readonly maxConnections?: number;
  /** How long a write waits for a database that another process has locked, or for a server that cannot be reached. */
  abstract readonly connectionTimeoutSec: number;
  /** What may be kept in memory of what was read; the usual when left out. */
  abstract readonly cache?: CacheLimits;
}

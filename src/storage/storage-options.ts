import type { CacheLimits } from './cache/index.js';

/** Which database, and how to use it. */
export abstract class StorageOptions {
  /** `sqlite:///./relative.db`, `sqlite:////absolute.db` or `sqlite::memory:`. */
  abstract readonly url: string;
  /** `full` survives a power cut; `normal` is faster and may lose the last moments in one. Both survive `kill -9`. */
  abstract readonly synchronous: 'full' | 'normal';
  /** Logs every SQL statement, without the texts that it holds. */
  abstract readonly echoSql: boolean;
  /** How long a write waits for a database that another process has locked. */
  abstract readonly connectionTimeoutSec: number;
  /** What may be kept in memory of what was read; the usual when left out. */
  abstract readonly cache?: CacheLimits;
}

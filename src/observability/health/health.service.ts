import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { ProblemError } from '../../http/problem/index.js';
import { DatabaseCheck } from './database-check.js';
import { Readiness } from './readiness.js';
import { ServiceVersion } from './service-version.js';

/** A database that has not answered by then is as good as none. */
const CHECK_TIMEOUT_MS = 5_000;
const RETRY_SEC = 2;

export interface Health {
  readonly ok: boolean;
  readonly version: string;
  readonly environment: string;
  /** RFC 3339. */
  readonly timestamp: string;
}

/** What probes are told. */
@Injectable()
export class HealthService {
  private readonly logger = new Logger(HealthService.name);
  /** The last answer of the database, which is good until then, on the clock of `performance`. */
  private isUp: Promise<boolean> = Promise.resolve(false);
  private goodUntil = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly version: ServiceVersion,
    private readonly readiness: Readiness,
    private readonly database: DatabaseCheck,
  ) {}

  /** That the process lives, and which it is. Asks nobody else: a restart mends no database. */
  summary(): Health {
    return {
      ok: true,
      version: this.version.value,
      environment: this.config.environment,
      timestamp: new Date().toISOString(),
    };
  }

  /** @throws {ProblemError} `not-ready` while starting or draining, or when the database does not answer. */
  async assertReady(): Promise<void> {
    if (!this.readiness.isReady) throw notReady(`the service is ${this.readiness.state}`);
    if (!(await this.isDatabaseUp())) throw notReady('the database does not answer');
  }

  /** @throws {ProblemError} `not-ready` while starting. */
  assertStarted(): void {
    if (this.readiness.state === 'starting') throw notReady('the service is starting');
  }

  private isDatabaseUp(): Promise<boolean> {
    if (this.goodUntil <= performance.now()) {
      this.goodUntil = performance.now() + this.config.monitoring.healthCheckInterval * 1000;
      this.isUp = this.askDatabase();
    }
    return this.isUp;
  }

  private async askDatabase(): Promise<boolean> {
    const timeout = new AbortController();
    try {
      await Promise.race([this.database.check(), rejectAfter(CHECK_TIMEOUT_MS, timeout.signal)]);
      return true;
    } catch (error) {
      this.logger.warn({ err: error, msg: 'the database does not answer' });
      // A failure may have passed by the time we tell clients to come back.
      this.goodUntil = Math.min(this.goodUntil, performance.now() + RETRY_SEC * 1000);
      return false;
    } finally {
      timeout.abort();
    }
  }
}

function rejectAfter(ms: number, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}

function notReady(reason: string): ProblemError {
  return new ProblemError('not-ready', reason, { retryAfterSec: RETRY_SEC });
}

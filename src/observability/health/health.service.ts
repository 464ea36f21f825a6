import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { ProblemError } from '../../http/problem/index.js';
import { CachedCheck, type CheckResult, FAILURE_GOOD_FOR_SEC } from './cached-check.js';
import { DependencyChecks } from './dependency-check.js';
import { Readiness } from './readiness.js';
import { ServiceVersion } from './service-version.js';

export interface Health {
  readonly ok: boolean;
  readonly version: string;
  readonly environment: string;
  /** RFC 3339. */
  readonly timestamp: string;
}

/** What a dependency answered, as it is told. */
export interface ToldCheck {
  readonly ok: boolean;
  readonly error?: string;
  readonly latency_ms: number;
  /** RFC 3339. */
  readonly checked_at: string;
}
export type ToldChecks = Readonly<Record<string, ToldCheck>>;

/** What probes are told. */
@Injectable()
export class HealthService {
  private readonly checks: readonly CachedCheck[];

  constructor(
    private readonly config: AppConfig,
    private readonly version: ServiceVersion,
    private readonly readiness: Readiness,
    dependencies: DependencyChecks,
  ) {
    this.checks = dependencies.list.map(
      (dependency) =>
        new CachedCheck(dependency, () => (dependency.isLocal === true ? 0 : config.monitoring.healthCheckInterval)),
    );
  }

  /** That the process lives, and which it is. Asks nobody else: a restart mends no database. */
  summary(): Health {
    return {
      ok: true,
      version: this.version.value,
      environment: this.config.environment,
      timestamp: new Date().toISOString(),
    };
  }

  /** Whether the service takes requests. */
  async isReady(): Promise<boolean> {
    return (await this.refusal()) === undefined;
  }

  /**
   * @param isDetailed Whether the answer, or the refusal, tells what each dependency said.
   * @throws {ProblemError} `not-ready` while starting or draining, or when a dependency does not answer.
   */
  async assertReady(isDetailed: boolean): Promise<ToldChecks | undefined> {
    const refusal = await this.refusal();
    return this.tell(refusal, isDetailed);
  }

  /**
   * @param isDetailed As for `assertReady`.
   * @throws {ProblemError} `not-ready` while starting.
   */
  assertStarted(isDetailed: boolean): Promise<ToldChecks | undefined> {
    const refusal = this.readiness.state === 'starting' ? 'the service is starting' : undefined;
    return this.tell(refusal, isDetailed);
  }

  /** Why requests should not be sent; undefined when they may. */
  private async refusal(): Promise<string | undefined> {
    if (!this.readiness.isReady) return `the service is ${this.readiness.state}`;
    const results = await this.results();
    return results.find(({ ok }) => !ok)?.error;
  }

  private async tell(refusal: string | undefined, isDetailed: boolean): Promise<ToldChecks | undefined> {
    const checks = isDetailed ? await this.toldChecks() : undefined;
    if (refusal === undefined) return checks;
    const extensions = checks === undefined ? undefined : { checks };
    throw new ProblemError('not-ready', refusal, { retryAfterSec: FAILURE_GOOD_FOR_SEC, extensions });
  }

  private async toldChecks(): Promise<ToldChecks> {
    const results = await this.results();
    return Object.fromEntries(
      results.map(({ ok, error, latencyMs, checkedAt }, index) => [
        this.checks[index]?.dependency.name,
        { ok, error, latency_ms: latencyMs, checked_at: checkedAt.toISOString() },
      ]),
    ) as ToldChecks;
  }

  private results(): Promise<readonly CheckResult[]> {
    return Promise.all(this.checks.map((check) => check.result()));
  }
}

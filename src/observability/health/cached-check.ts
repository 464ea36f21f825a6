import { Logger } from '@nestjs/common';
import type { DependencyCheck } from './dependency-check.js';

/** Whoever has not answered by then is as good as gone. */
const TIMEOUT_MS = 5_000;
/** How long a failure is told before the next try, at most: it may have passed by the time clients come back. */
export const FAILURE_GOOD_FOR_SEC = 2;

export interface CheckResult {
  readonly ok: boolean;
  /** What is wrong; absent when nothing is. */
  readonly error?: string;
  /** How long the answer took, in milliseconds. */
  readonly latencyMs: number;
  readonly checkedAt: Date;
}

/**
 * The latest answer of a dependency, which is asked again only when that is too old: however many ask here, the dependency
 * is asked once at a time, and not again while it has not answered.
 */
export class CachedCheck {
  private readonly logger = new Logger('Health');
  private latest: CheckResult | undefined;
  /** On the clock of `performance`. */
  private goodUntil = -Infinity;
  private asking: Promise<CheckResult> | undefined;
  /** A question that has not been answered, maybe from an earlier try that was given up. */
  private unanswered: Promise<void> | undefined;

  /** @param intervalSec How long a good answer is told again. */
  constructor(
    readonly dependency: DependencyCheck,
    private readonly intervalSec: () => number,
  ) {}

  /** It never rejects. */
  result(): Promise<CheckResult> {
    if (this.latest !== undefined && performance.now() < this.goodUntil) return Promise.resolve(this.latest);
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async ask(): Promise<CheckResult> {
    const startedAt = performance.now();
    const failure = await this.failure();
    const endedAt = performance.now();
    const ok = failure === undefined;
    this.report(failure);
    const interval = this.intervalSec();
    this.goodUntil = endedAt + 1_000 * (ok ? interval : Math.min(interval, FAILURE_GOOD_FOR_SEC));
    const { refusal: error } = this.dependency;
    const latencyMs = Math.round((endedAt - startedAt) * 1_000) / 1_000;
    this.latest = { ok, ...(ok ? {} : { error }), latencyMs, checkedAt: new Date() };
    return this.latest;
  }

  /** What the dependency said against it; undefined when it said that all is well. */
  private async failure(): Promise<Error | undefined> {
    const timeout = new AbortController();
    try {
      this.unanswered ??= this.question();
      await Promise.race([this.unanswered, rejectAfter(TIMEOUT_MS, timeout.signal)]);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      timeout.abort();
    }
  }

  /** One that throws at once is answered later like any other: `unanswered` is set by then. */
  private question(): Promise<void> {
    return Promise.resolve()
      .then(() => this.dependency.check())
      .finally(() => {
        this.unanswered = undefined;
      });
  }

  /** Logs when it begins to fail and when it works again, not every failure in between. */
  private report(failure: Error | undefined): void {
    const { name, refusal } = this.dependency;
    const wasOk = this.latest?.ok ?? true;
    if (failure !== undefined && wasOk) this.logger.warn({ err: failure, dependency: name, msg: refusal });
    if (failure === undefined && !wasOk) this.logger.log({ dependency: name, msg: `the ${name} answers again` });
  }
}

function rejectAfter(ms: number, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}

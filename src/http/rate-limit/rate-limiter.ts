import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { AppConfig } from '../../config/index.js';
import { ProblemError } from '../problem/index.js';
import { type Policy, limitOf } from './policy.js';
import { rateLimitHeaders, secondsUntilReset } from './rate-limit-headers.js';
import { RateLimitStore, type Window } from './rate-limit-store.js';
import type { Subject } from './subject.js';

const WHAT: Readonly<Record<Policy, string>> = {
  runs: 'requests that start runs',
  reads: 'requests that read',
  writes: 'requests that change something',
  authentication: 'requests without a valid key from one address',
};

/** Undefined for a request that is not too many. */
type Refusal = ProblemError | undefined;

/** Counts requests and says which are too many. Limits are read when they are applied, so a change holds at once. */
@Injectable()
export class RateLimiter {
  private readonly refusals: Record<Policy, number> = { runs: 0, reads: 0, writes: 0, authentication: 0 };

  constructor(
    private readonly config: AppConfig,
    private readonly store: RateLimitStore,
  ) {}

  /** Requests refused since the start of the process, by policy. */
  get refused(): Readonly<Record<Policy, number>> {
    return this.refusals;
  }

  /** How often requests were counted in this process alone because the store that is shared did not answer. */
  get fallbacks(): number {
    return this.store.fallbacks;
  }

  /**
   * Counts one request; the problem that answers it when it is one too many, at once unless the store has to be waited for.
   * `response` is told what remains.
   */
  count(policy: Policy, subject: Subject, response: Response): Refusal | Promise<Refusal> {
    const limit = this.limitOf(policy);
    if (limit === 0) return undefined;
    const counted = this.store.hit({ policy, subject }, limit);
    return counted instanceof Promise
      ? counted.then((window) => this.judge(policy, limit, window, response))
      : this.judge(policy, limit, counted, response);
  }

  /** The problem that answers one more request, without counting it; undefined while there may be one more. */
  refusalOf(policy: Policy, subject: Subject): Refusal {
    const limit = this.limitOf(policy);
    const window = limit === 0 ? undefined : this.store.peek({ policy, subject });
    return window === undefined || window.used <= limit ? undefined : this.refusal(policy, limit, window);
  }

  private judge(policy: Policy, limit: number, window: Window, response: Response): Refusal {
    const headers = rateLimitHeaders(policy, limit, window);
    response.setHeader('RateLimit-Policy', headers.policy);
    response.setHeader('RateLimit', headers.state);
    return window.used > limit ? this.refusal(policy, limit, window) : undefined;
  }

  private limitOf(policy: Policy): number {
    return limitOf(policy, this.config.security);
  }

  private refusal(policy: Policy, limit: number, window: Window): ProblemError {
    this.refusals[policy] += 1;
    const { policy: quota, state } = rateLimitHeaders(policy, limit, window);
    const retryAfterSec = secondsUntilReset(window);
    return new ProblemError(
      'rate-limited',
      `the limit is ${limit} ${WHAT[policy]} per minute: ask again in ${retryAfterSec} s`,
      { retryAfterSec, headers: { 'RateLimit-Policy': quota, RateLimit: state } },
    );
  }
}

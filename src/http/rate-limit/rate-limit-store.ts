import type { Policy } from './policy.js';
import type { Subject } from './subject.js';

/** What is counted: the requests of somebody under a policy. */
export interface Count {
  readonly policy: Policy;
  readonly subject: Subject;
}

/** A minute that began with the first request counted in it. */
export interface Window {
  /** Requests so far, refused ones included. */
  readonly used: number;
  /** Milliseconds until nothing is counted any more. */
  readonly resetsInMs: number;
}

/** Port: counts requests in windows of a minute. It never fails: an adapter that cannot count where it should counts elsewhere. */
export abstract class RateLimitStore {
  /**
   * Counts one request; at once where nobody else has to be asked.
   *
   * @param limit Once more than so many are counted the adapter may leave further ones uncounted.
   */
  abstract hit(count: Count, limit: number): Window | Promise<Window>;

  /** What this process knows to be counted, without counting; undefined when that is nothing. */
  abstract peek(count: Count): Window | undefined;

  /** How often requests were counted in this process alone because the store that is shared did not answer. */
  abstract readonly fallbacks: number;

  /** Lets go of what it holds. */
  abstract close(): Promise<void>;
}

import { Injectable } from '@nestjs/common';
import { type EpochMs, epochMs } from '../../executor/core/index.js';
import { IdempotencyConflictError, type IdempotencyRecord, IdempotencyRepository } from '../../storage/index.js';
import { ProblemError } from '../problem/index.js';
import type { IdempotencyRequest, KeyedRequest } from './idempotency-request.js';

/** An answer as it is kept and given again. */
export interface Answer {
  readonly status: number;
  readonly body: object;
  readonly location?: string;
}

/** What goes to the client. */
export interface GivenAnswer extends Answer {
  /** It is the first answer to an earlier request, given again. */
  readonly isReplayed: boolean;
}

/**
 * Builds the record that guards a write, from the answer that repeating the request shall get; undefined when the caller
 * sent no key. The handler passes it into the write, which stores both in one transaction.
 */
export type GuardWith = (answer: Answer) => IdempotencyRecord | undefined;

/**
 * Makes requests with an `Idempotency-Key` happen once. A key is in flight in this process from the first request until
 * its handler ends; from then on its record is in the database, if the handler wrote one. A handler that fails leaves
 * nothing, so the request can be tried again.
 */
@Injectable()
export class IdempotencyService {
  /** Digests of the requests being handled, by scope and key. */
  private readonly inFlight = new Map<string, string>();

  constructor(private readonly records: IdempotencyRepository) {}

  /**
   * Handles a request, unless its key says that it was handled before.
   *
   * @throws {ProblemError} `idempotency-mismatch` when the key belongs to another request, `idempotency-in-flight`
   *   while the first one is being handled; and whatever `handle` throws.
   */
  async answer(request: IdempotencyRequest, handle: (guardWith: GuardWith) => Promise<Answer>): Promise<GivenAnswer> {
    if (request.key === undefined) return { ...(await handle(() => undefined)), isReplayed: false };
    const slot = JSON.stringify([request.scope, request.key]);
    this.assertNotInFlight(slot, request.hash);
    this.inFlight.set(slot, request.hash);
    try {
      return (await this.replay(request)) ?? (await this.handleOnce(request, handle));
    } finally {
      this.inFlight.delete(slot);
    }
  }

  private async handleOnce(
    request: KeyedRequest,
    handle: (guardWith: GuardWith) => Promise<Answer>,
  ): Promise<GivenAnswer> {
    try {
      const answer = await handle((kept) => recordOf(request, kept));
      return { ...answer, isReplayed: false };
    } catch (error) {
      if (!(error instanceof IdempotencyConflictError)) throw error;
      // Another process was quicker: its answer is the answer.
      const replayed = await this.replay(request);
      if (replayed === undefined) throw error;
      return replayed;
    }
  }

  private async replay(request: KeyedRequest): Promise<GivenAnswer | undefined> {
    const record = await this.records.find(request.scope, request.key, now());
    if (record === undefined) return undefined;
    if (record.requestHash !== request.hash) throw mismatch();
    return {
      status: record.status,
      body: JSON.parse(record.bodyJson) as object,
      location: record.location ?? undefined,
      isReplayed: true,
    };
  }

  private assertNotInFlight(slot: string, hash: string): void {
    const other = this.inFlight.get(slot);
    if (other === undefined) return;
    if (other !== hash) throw mismatch();
    const detail = 'the first request with this Idempotency-Key is still being handled; ask again for its answer';
    throw new ProblemError('idempotency-in-flight', detail, { retryAfterSec: 1 });
  }
}

function recordOf({ scope, key, hash }: KeyedRequest, answer: Answer): IdempotencyRecord {
  return {
    scope,
    key,
    requestHash: hash,
    status: answer.status,
    bodyJson: JSON.stringify(answer.body),
    location: answer.location ?? null,
    createdAt: now(),
  };
}

function now(): EpochMs {
  return epochMs(Date.now());
}

function mismatch(): ProblemError {
  return new ProblemError(
    'idempotency-mismatch',
    'this Idempotency-Key was used for another request; take a new key for a new request',
  );
}

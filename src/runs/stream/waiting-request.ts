import type { Response } from 'express';
import { FAREWELL_MS, type OpenRequest } from './open-request.js';

/** One for all: an exception with a stack for every answer that has been sent would cost more than the answer. */
const GONE = new Error('nobody waits any more');

/** A request whose handler waits before it answers. Nothing is written here: `signal` tells the handler to wait no longer. */
export class WaitingRequest implements OpenRequest {
  readonly whenGone: Promise<void>;
  private readonly waiting = new AbortController();

  constructor(private readonly response: Response) {
    const gone = Promise.withResolvers<void>();
    this.whenGone = gone.promise;
    const onClose = (): void => {
      this.waiting.abort(GONE);
      gone.resolve();
    };
    response.once('close', onClose);
    // The client may have gone before anybody listened: then no event will tell.
    if (response.closed) onClose();
  }

  /** Fires when the client has gone, or when the process is stopping and the answer is due. */
  get signal(): AbortSignal {
    return this.waiting.signal;
  }

  leave(): Promise<void> {
    this.waiting.abort(GONE);
    const cutOff = setTimeout(() => this.response.destroy(), FAREWELL_MS);
    return this.whenGone.finally(() => clearTimeout(cutOff));
  }
}

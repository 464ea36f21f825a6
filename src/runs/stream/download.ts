import type { Response } from 'express';
import { FAREWELL_MS, type OpenRequest } from './open-request.js';

/** Bytes that are written at once: small enough for a slow client to show that it reads. */
const SLICE = 65_536;

/**
 * A long answer on its way. Nothing is made before the client has read what was made before, and a client that stops
 * reading is cut off. An answer that is not whole ends in a broken connection: nobody takes it for one.
 */
export class Download implements OpenRequest {
  readonly whenGone: Promise<void>;

  /** @param stallSec A client that leaves its socket full for so long is cut off. */
  constructor(
    private readonly response: Response,
    private readonly stallSec: number,
  ) {
    const gone = Promise.withResolvers<void>();
    this.whenGone = gone.promise;
    response.once('close', () => gone.resolve());
    response.on('error', () => response.destroy());
    // The client may have gone before anybody listened: then no event will tell.
    if (response.closed) gone.resolve();
  }

  /**
   * Sends `texts` one by one and ends the answer; resolves when it is over, also if the client did not take all of it.
   *
   * @throws what making a text throws. Unless a text was sent before, the request can still be answered otherwise.
   */
  async send(texts: AsyncIterable<string>): Promise<void> {
    try {
      for await (const text of texts) if (!(await this.write(Buffer.from(text)))) return;
    } catch (error) {
      if (this.response.headersSent) this.response.destroy();
      throw error;
    }
    this.response.end();
    await this.orStalled(this.whenGone);
  }

  /** The process is stopping: what the client has not read in a moment it will have to ask for again. */
  leave(): Promise<void> {
    const cutOff = setTimeout(() => this.response.destroy(), FAREWELL_MS);
    return this.whenGone.finally(() => clearTimeout(cutOff));
  }

  /** False if nobody reads any more. */
  private async write(bytes: Buffer): Promise<boolean> {
    for (let at = 0; at < bytes.length; at += SLICE) {
      if (this.response.destroyed) return false;
      if (this.response.write(bytes.subarray(at, at + SLICE))) continue;
      await this.orStalled(this.drained());
    }
    return !this.response.destroyed;
  }

  private async drained(): Promise<void> {
    const drained = Promise.withResolvers<void>();
    this.response.once('drain', drained.resolve);
    await Promise.race([drained.promise, this.whenGone]);
    this.response.off('drain', drained.resolve);
  }

  /** Waits, but not for ever. */
  private async orStalled(progress: Promise<void>): Promise<void> {
    const cutOff = setTimeout(() => this.response.destroy(), this.stallSec * 1_000);
    await progress;
    clearTimeout(cutOff);
  }
}

import type { Response } from 'express';
import { FAREWELL_MS, type OpenRequest } from './open-request.js';
import { commentText, laggedText } from './sse-text.js';

/** How long a socket may stay full before its client counts as slow, in milliseconds. */
const SLOW_MS = 2_000;

const RESUMABLE = 'the client reads too slowly: connect again with Last-Event-ID, nothing is lost';

/** Why a connection takes no more. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed';
}

/**
 * One open stream. `open` until the client leaves, `end` is called, or it proves too slow; then `closed`. Writing never
 * queues beyond the socket's own buffer as long as the writer awaits `drained` whenever it is congested.
 */
export class SseConnection implements OpenRequest {
  private isClosed = false;
  private isTooSlow = false;
  /** Resolves when the response is over, whoever ended it. */
  private readonly gone = Promise.withResolvers<void>();
  private readonly heartbeat: NodeJS.Timeout;
  /** Since when the socket has been seen full; undefined while it has room. Monotonic milliseconds. */
  private fullSince: number | undefined;
  private countBehind: () => number = () => 0;

  /**
   * Sends the headers at once, so that the client knows that it is connected.
   *
   * @param stallSec A client that leaves its socket full for so long is disconnected, however little it misses.
   */
  constructor(
    private readonly response: Response,
    heartbeatSec: number,
    private readonly stallSec: number,
  ) {
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    response.once('close', () => this.onClose());
    response.on('error', () => this.close());
    this.heartbeat = setInterval(() => this.beat(), heartbeatSec * 1_000);
    // The client may have gone while the run was looked up: then no event will tell.
    if (response.closed) this.onClose();
    // A HEAD request has its answer with the headers.
    else if (response.req.method === 'HEAD') void this.end();
  }

  get isOpen(): boolean {
    return !this.isClosed;
  }

  /** Resolves when the socket is free: the client has gone, or has read the end. */
  get whenGone(): Promise<void> {
    return this.gone.promise;
  }

  /** True if it was closed because the client read too slowly. */
  get hasLagged(): boolean {
    return this.isTooSlow;
  }

  /** Events that its client should have had by now. */
  get behind(): number {
    return this.countBehind();
  }

  /** @param count How many events the writer holds, or has seen, that are not written yet. */
  tellBehind(count: () => number): void {
    this.countBehind = count;
  }

  get isCongested(): boolean {
    return this.response.writableNeedDrain;
  }

  /** Does nothing once closed. */
  write(text: string): void {
    if (!this.isClosed) this.response.write(text);
  }

  /** Waits a while for room; false if there is none yet. Whoever holds much for the client lets go of it then. */
  async drainsSoon(): Promise<boolean> {
    this.fullSince ??= performance.now();
    if (!this.isClosed) await this.waitForDrain();
    if (!this.isCongested) this.fullSince = undefined;
    return !this.isCongested;
  }

  /**
   * Resolves when there is room again.
   *
   * @param isTooSlow Asked whenever the socket has stayed full for a while; true gives the client up.
   * @throws {ConnectionClosed} if the connection closed meanwhile.
   */
  async drained(isTooSlow: () => boolean): Promise<void> {
    while (this.isCongested && !this.isClosed) {
      const fullMs = this.fullSince === undefined ? 0 : performance.now() - this.fullSince;
      const mustGo = fullMs >= this.stallSec * 1_000 || (fullMs >= SLOW_MS && isTooSlow());
      if (mustGo) void this.lag(RESUMABLE);
      else await this.drainsSoon();
    }
    this.fullSince = undefined;
    if (this.isClosed) throw new ConnectionClosed('the client has gone');
  }

  /** Ends the stream after `text`; a client that does not read it in time is cut off. */
  end(text = ''): Promise<void> {
    if (!this.isClosed) {
      this.close();
      this.response.end(text);
      const cutOff = setTimeout(() => this.response.destroy(), FAREWELL_MS);
      this.response.once('close', () => clearTimeout(cutOff));
    }
    return this.whenGone;
  }

  /** Ends the stream of a client that reads too slowly, saying what it may do. */
  lag(advice: string): Promise<void> {
    this.isTooSlow = true;
    return this.end(laggedText(advice));
  }

  leave(): Promise<void> {
    return this.end(commentText('reconnect'));
  }

  /** Resolves when the socket may have room, and after a while in any case. */
  private async waitForDrain(): Promise<void> {
    const { response } = this;
    const drained = Promise.withResolvers<void>();
    const onDrain = (): void => drained.resolve();
    const patience = setTimeout(onDrain, Math.min(SLOW_MS, this.stallSec * 1_000));
    response.once('drain', onDrain);
    response.once('close', onDrain);
    await drained.promise;
    clearTimeout(patience);
    response.off('drain', onDrain);
    response.off('close', onDrain);
  }

  /** A full socket needs no sign of life: the client has enough to read. */
  private beat(): void {
    if (!this.isCongested) this.write(commentText('heartbeat'));
  }

  private onClose(): void {
    this.close();
    this.gone.resolve();
  }

  private close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    clearInterval(this.heartbeat);
  }
}

import type { Response } from 'express';
import { commentText, eventText } from './sse-text.js';

/** How long a client that is told to go may take to read that, in milliseconds. */
const FAREWELL_MS = 1_000;
/** How long a full socket may stay full before its client counts as slow, in milliseconds. */
const STALL_MS = 2_000;

const LAGGED = { message: 'the client reads too slowly: connect again with Last-Event-ID, nothing is lost' };

/** Why a connection takes no more. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed';
}

/**
 * One open stream. `open` until the client leaves, `end` is called, or it proves too slow; then `closed`. Writing never
 * queues beyond the socket's own buffer as long as the writer awaits `drained` whenever it is congested.
 */
export class SseConnection {
  private isClosed = false;
  /** Resolves when the response is over, whoever ended it. */
  private readonly gone = Promise.withResolvers<void>();
  private readonly heartbeat: NodeJS.Timeout;

  /** Sends the headers at once, so that the client knows that it is connected. */
  constructor(
    private readonly response: Response,
    heartbeatSec: number,
  ) {
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    response.once('close', () => {
      this.close();
      this.gone.resolve();
    });
    response.on('error', () => this.close());
    this.heartbeat = setInterval(() => this.beat(), heartbeatSec * 1_000);
  }

  get isOpen(): boolean {
    return !this.isClosed;
  }

  /** Resolves when the socket is free: the client has gone, or has read the end. */
  get whenGone(): Promise<void> {
    return this.gone.promise;
  }

  get isCongested(): boolean {
    return this.response.writableNeedDrain;
  }

  /** Does nothing once closed. */
  write(text: string): void {
    if (!this.isClosed) this.response.write(text);
  }

  /**
   * Resolves when there is room again.
   *
   * @param isTooSlow Asked whenever the socket has stayed full for a while; true gives the client up.
   * @throws {ConnectionClosed} if the connection closed meanwhile.
   */
  async drained(isTooSlow: () => boolean): Promise<void> {
    while (this.isCongested && !this.isClosed) {
      const isStalled = await this.waitForDrain();
      if (isStalled && isTooSlow()) void this.end(eventText('stream.lagged', LAGGED));
    }
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

  /** Resolves with true if the socket stayed full. */
  private async waitForDrain(): Promise<boolean> {
    const { response } = this;
    const drained = Promise.withResolvers<boolean>();
    const onDrain = (): void => drained.resolve(false);
    const stalled = setTimeout(() => drained.resolve(true), STALL_MS);
    response.once('drain', onDrain);
    response.once('close', onDrain);
    try {
      return await drained.promise;
    } finally {
      clearTimeout(stalled);
      response.off('drain', onDrain);
      response.off('close', onDrain);
    }
  }

  /** A full socket needs no sign of life: the client has enough to read. */
  private beat(): void {
    if (!this.isCongested) this.write(commentText('heartbeat'));
  }

  private close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    clearInterval(this.heartbeat);
  }
}

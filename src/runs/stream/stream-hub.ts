import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { AppConfig } from '../../config/index.js';
import { Download } from './download.js';
import { subjectOf } from '../../http/index.js';
import { ShuttingDownError } from '../runs.errors.js';
import type { OpenRequest } from './open-request.js';
import { SseConnection } from './sse-connection.js';
import { StreamPlaces } from './stream-places.js';
import { WaitingRequest } from './waiting-request.js';

/** Every request of this process that is kept open: streams, downloads, and requests that wait for a run. */
@Injectable()
export class StreamHub {
  private readonly requests = new Set<OpenRequest>();
  private isClosing = false;
  private lagged = 0;

  private readonly places: StreamPlaces;

  constructor(private readonly config: AppConfig) {
    this.places = new StreamPlaces(config);
  }

  /** Requests that are open now. */
  get size(): number {
    return this.requests.size;
  }

  /** Streams that are open now. */
  get openStreams(): number {
    return this.places.taken;
  }

  /** Streams that were refused because too many were open, since the start of the process. */
  get refusedStreams(): Readonly<Record<'key' | 'process', number>> {
    return this.places.refused;
  }

  /** Streams that were closed because their client read too slowly, since the start of the process. */
  get laggedStreams(): number {
    return this.lagged;
  }

  /**
   * Begins a stream.
   *
   * @throws {ShuttingDownError} once the process is stopping.
   * @throws {TooManyStreamsError | StreamsExhaustedError} while too many are open.
   */
  open(response: Response): SseConnection {
    if (this.isClosing) throw new ShuttingDownError();
    const { sseHeartbeatSec, sseStallSec } = this.config.monitoring;
    const leave = this.places.take(subjectOf(response.req));
    const connection = this.keep(new SseConnection(response, sseHeartbeatSec, sseStallSec));
    void connection.whenGone.then(() => {
      leave();
      if (connection.hasLagged) this.lagged += 1;
    });
    return connection;
  }

  /**
   * The handler of `response` is going to send much.
   *
   * @throws {ShuttingDownError} once the process is stopping.
   */
  download(response: Response): Download {
    if (this.isClosing) throw new ShuttingDownError();
    return this.keep(new Download(response, this.config.monitoring.sseStallSec));
  }

  /** The handler of `response` is going to wait before it answers, at most until the signal fires. */
  wait(response: Response): AbortSignal {
    const waiting = this.keep(new WaitingRequest(response));
    if (this.isClosing) void waiting.leave();
    return waiting.signal;
  }

  /** Tells every stream's client to connect again and lets whoever waits answer now; takes no new streams. */
  async closeAll(): Promise<void> {
    this.isClosing = true;
    await Promise.all([...this.requests].map((request) => request.leave()));
  }

  private keep<Request extends OpenRequest>(request: Request): Request {
    this.requests.add(request);
    void request.whenGone.then(() => this.requests.delete(request));
    return request;
  }
}

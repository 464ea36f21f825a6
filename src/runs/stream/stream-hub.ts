import { Injectable, Optional } from '@nestjs/common';
import type { Response } from 'express';
import { KeyHolders } from '../../auth/index.js';
import { AppConfig } from '../../config/index.js';
import { Relay } from '../../events/index.js';
import { holdOpen } from '../../observability/core/index.js';
import { Download } from './download.js';
import { subjectOf } from '../../http/index.js';
import { ShuttingDownError } from '../runs.errors.js';
import { KeyWatch } from './key-watch.js';
import type { OpenRequest } from './open-request.js';
import { SseConnection } from './sse-connection.js';
import { StreamPlaces } from './stream-places.js';
import { WaitingRequest } from './waiting-request.js';

/** What a stream is of: one run, or all of them. */
export type StreamKind = 'run' | 'events';

/** Every request of this process that is kept open: streams, downloads, and requests that wait for a run. */
@Injectable()
export class StreamHub {
  private readonly requests = new Set<OpenRequest>();
  private isClosing = false;
  private readonly streams = new Map<SseConnection, StreamKind>();
  private readonly lagged: Record<StreamKind, number> = { run: 0, events: 0 };

  private readonly places: StreamPlaces;
  private readonly keys: KeyWatch;

  constructor(
    private readonly config: AppConfig,
    holders: KeyHolders,
    @Optional() relay?: Relay,
  ) {
    this.places = new StreamPlaces(config);
    this.keys = new KeyWatch(holders);
    relay?.hints$.subscribe((hint) => {
      // Not before whoever keeps keys has heard it too.
      if (hint.kind === 'key') setImmediate(() => void this.keys.checkKey(hint.keyId));
    });
  }

  /** Requests that are open now. */
  get size(): number {
    return this.requests.size;
  }

  /** Streams that are open now. */
  get openStreams(): Readonly<Record<StreamKind, number>> {
    const kinds = [...this.streams.values()];
    const run = kinds.filter((kind) => kind === 'run').length;
    return { run, events: kinds.length - run };
  }

  /** Streams that were refused because too many were open, since the start of the process. */
  get refusedStreams(): Readonly<Record<'key' | 'process', number>> {
    return this.places.refused;
  }

  /** Events that were published and not sent yet to the client that is furthest behind. */
  get mostBehind(): number {
    return [...this.streams.keys()].reduce((most, { behind }) => Math.max(most, behind), 0);
  }

  /** Streams that were closed because their client read too slowly, since the start of the process. */
  get laggedStreams(): Readonly<Record<StreamKind, number>> {
    return this.lagged;
  }

  /**
   * Begins a stream. It ends with the key of its caller.
   *
   * @throws {ShuttingDownError} once the process is stopping.
   * @throws {TooManyStreamsError | StreamsExhaustedError} while too many are open.
   */
  open(response: Response, kind: StreamKind): SseConnection {
    if (this.isClosing) throw new ShuttingDownError();
    const { sseHeartbeatSec, sseStallSec } = this.config.monitoring;
    const leave = this.places.take(subjectOf(response.req));
    holdOpen(response);
    const connection = this.keep(new SseConnection(response, sseHeartbeatSec, sseStallSec));
    this.streams.set(connection, kind);
    const keyId = response.req.caller?.credential?.keyId;
    if (keyId !== undefined) this.keys.watch(connection, keyId);
    void connection.whenGone.then(() => {
      leave();
      this.streams.delete(connection);
      if (connection.hasLagged) this.lagged[kind] += 1;
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
    holdOpen(response);
    return this.keep(new Download(response, this.config.monitoring.sseStallSec));
  }

  /** The handler of `response` is going to wait before it answers, at most until the signal fires. */
  wait(response: Response): AbortSignal {
    holdOpen(response);
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

import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { AppConfig } from '../../config/index.js';
import { ShuttingDownError } from '../runs.errors.js';
import { SseConnection } from './sse-connection.js';
import { commentText } from './sse-text.js';

/** Every stream that is open in this process. */
@Injectable()
export class StreamHub {
  private readonly connections = new Set<SseConnection>();
  private isClosing = false;

  constructor(private readonly config: AppConfig) {}

  /** Streams that are open now. */
  get size(): number {
    return this.connections.size;
  }

  /** @throws {ShuttingDownError} once the process is stopping. */
  open(response: Response): SseConnection {
    if (this.isClosing) throw new ShuttingDownError();
    const connection = new SseConnection(response, this.config.monitoring.sseHeartbeatSec);
    this.connections.add(connection);
    void connection.whenGone.then(() => this.connections.delete(connection));
    return connection;
  }

  /** Tells every client to connect again and closes its stream; takes no new ones. */
  async closeAll(): Promise<void> {
    this.isClosing = true;
    await Promise.all([...this.connections].map((connection) => connection.end(commentText('reconnect'))));
  }
}

import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { Metrics } from './metrics.js';

/** How long a scraper may take to send its request, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

/** MONITORING__METRICS_PORT cannot be listened on. */
export class MetricsPortError extends Error {
  override readonly name = 'MetricsPortError';
  constructor(port: number, host: string, options: ErrorOptions) {
    super(
      `MONITORING__METRICS_PORT: cannot listen on port ${port} of ${host}: give it a port that is free, or 0 to serve ` +
        '/metrics on the main port',
      options,
    );
  }
}

/** Serves `/metrics` on a port of its own, so that the main one can be public and this one is not. It asks for no key. */
@Injectable()
export class MetricsListener implements OnApplicationShutdown {
  private readonly logger = new Logger(MetricsListener.name);
  /** Undefined until `listen`, and for good where metrics are off or on the main port. */
  private server: Server | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Does nothing where metrics are off or on the main port.
   *
   * @throws {MetricsPortError} if the port cannot be had.
   */
  async listen(): Promise<void> {
    const { host, monitoring } = this.config;
    const { enableMetrics, metricsPort } = monitoring;
    if (!enableMetrics || metricsPort === 0) return;
    const server = createServer((request, response) => void this.answer(request, response));
    server.requestTimeout = REQUEST_TIMEOUT_MS;
    try {
      await once(server.listen(metricsPort, host), 'listening');
    } catch (error) {
      throw new MetricsPortError(metricsPort, host, { cause: error });
    }
    this.server = server;
  }

  async onApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    try {
      const text = await this.metrics.page();
      response.writeHead(200, { 'Content-Type': this.metrics.contentType, 'Cache-Control': 'no-store' }).end(text);
    } catch (error) {
      this.logger.error({ err: error }, 'the metrics could not be read');
      response.writeHead(500).end();
    }
  }
}

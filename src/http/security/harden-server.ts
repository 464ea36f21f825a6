import type { Server } from 'node:http';

const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** Longer than the 60 s for which load balancers usually keep a connection: they must be the ones to close it. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** Bounds how long a client may take to send a request; answers, streams above all, may take as long as they need. */
export function hardenServer(server: Server): void {
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  server.timeout = 0;
}

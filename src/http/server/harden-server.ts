import type { Server } from 'node:http';
import type { AppConfig } from '../../config/index.js';

/** Longer than the 60 s for which load balancers usually keep a connection: they must be the ones to close it. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How long nothing may move on a connection while an answer is due or being read. Longer than any request waits. */
const STILL_TIMEOUT_MS = 300_000;
/** How often time-outs are looked at; they last this much longer at the most. */
const LONGEST_CHECKING_INTERVAL_MS = 5_000;

/**
 * Bounds how many clients there may be, how long each may take to send a request, and how long it may leave an answer
 * unread; answers, streams above all, may take as long as they need.
 */
export function hardenServer(server: Server, { limits, monitoring }: Pick<AppConfig, 'limits' | 'monitoring'>): void {
  server.maxConnections = limits.maxConnections;
  server.headersTimeout = limits.headersTimeoutSec * 1_000;
  server.requestTimeout = limits.requestTimeoutSec * 1_000;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  // A stream that has nothing to say moves by its heartbeat.
  server.timeout = Math.max(STILL_TIMEOUT_MS, monitoring.sseHeartbeatSec * 2_000);
  const checkingIntervalMs = Math.min(LONGEST_CHECKING_INTERVAL_MS, server.headersTimeout / 2);
  // Options of createServer(), which Nest calls without any. The server reads the first when it begins to listen. A missing
  // Host is refused by soundRequest(), as a problem.
  Object.assign(server, { connectionsCheckingInterval: checkingIntervalMs, requireHostHeader: false });
}

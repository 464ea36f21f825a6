import { FlagKey, IntegerKey, NumberKey } from '../schema/keys.js';

/** `MONITORING__…` */
export class MonitoringConfig {
  @FlagKey('ENABLE_METRICS', { description: 'Serves what the service measures at /metrics, for Prometheus.' })
  readonly enableMetrics: boolean = true;

  @IntegerKey('METRICS_PORT', {
    min: 0,
    max: 65_535,
    description: 'The port of /metrics, which asks for no key there; 0 serves it on the main port, behind the key.',
    defaultNote: '0 in testing',
  })
  readonly metricsPort: number = 9090;

  @IntegerKey('MAX_STREAMS', {
    reloadable: true,
    min: 0,
    max: 1_000_000,
    unit: 'streams',
    description: 'Event streams that this process keeps open at once; 0 sets no bound.',
  })
  readonly maxStreams: number = 1000;

  @IntegerKey('SSE_QUEUE_SIZE', {
    min: 1,
    max: 1_000_000,
    unit: 'events',
    description: 'How far a reader of a stream may fall behind before it is disconnected.',
    reloadable: true,
  })
  readonly sseQueueSize: number = 1000;

  @NumberKey('SSE_STALL_SEC', {
    min: 0.1,
    max: 3600,
    unit: 'seconds',
    description: 'How long a reader of a stream may leave what it is sent unread before it is disconnected.',
    reloadable: true,
  })
  readonly sseStallSec: number = 30;

  @NumberKey('SSE_HEARTBEAT_SEC', {
    min: 0.1,
    max: 300,
    unit: 'seconds',
    description: 'How often an idle stream sends a comment line, so that proxies keep it open.',
    reloadable: true,
  })
  readonly sseHeartbeatSec: number = 15;

  @NumberKey('HEALTH_CHECK_INTERVAL', {
    min: 0,
    max: 3600,
    unit: 'seconds',
    description:
      'How long an answer of the database to a readiness probe is reused, a bad one at most 2; 0 asks it each time.',
    reloadable: true,
  })
  readonly healthCheckInterval: number = 30;
}

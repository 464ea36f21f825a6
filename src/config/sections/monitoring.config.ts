import { FlagKey, HttpUrlKey, IntegerKey, NumberKey, TextMapKey } from '../schema/keys.js';

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

  @FlagKey('ENABLE_TRACING', {
    description: 'Sends OpenTelemetry traces of requests, runs, attempts and what agents call, as OTLP over HTTP.',
  })
  readonly enableTracing: boolean = false;

  @HttpUrlKey('OTLP_ENDPOINT', {
    description:
      'Where traces go: the base URL of an OTLP receiver, to which /v1/traces is added. Without it OTEL_EXPORTER_OTLP_ENDPOINT ' +
      'counts, else http://localhost:4318.',
  })
  readonly otlpEndpoint: string | undefined = undefined;

  @HttpUrlKey('JAEGER_ENDPOINT', {
    description: 'Another name for MONITORING__OTLP_ENDPOINT: Jaeger takes OTLP over HTTP on port 4318.',
  })
  readonly jaegerEndpoint: string | undefined = undefined;

  @TextMapKey('OTLP_HEADERS', {
    pattern: /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/,
    takes: 'a JSON object of header names and values, such as {"authorization":"Bearer …"}',
    description: 'Headers that the OTLP receiver asks for.',
    secret: true,
  })
  readonly otlpHeaders: Readonly<Record<string, string>> = {};

  @NumberKey('TRACE_SAMPLE_RATIO', {
    min: 0,
    max: 1,
    description:
      'Share of the traces begun here that is recorded. A request that comes with a trace context of its own is recorded as ' +
      'that says.',
  })
  readonly traceSampleRatio: number = 1;
}

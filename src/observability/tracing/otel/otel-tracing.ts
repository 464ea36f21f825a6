import { Logger } from '@nestjs/common';
import { context as globalContext, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BasicTracerProvider, ParentBasedSampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';
import type { RequestHandler } from 'express';
import type { AppConfig } from '../../../config/index.js';
import { readTraceFrom } from '../active-trace.js';
import { type SpanStats, Tracing } from '../tracing.js';
import { tracesUrl } from './endpoint.js';
import { LossLog } from './loss-log.js';
import { OutgoingSpans } from './outgoing-spans.js';
import { traceRequests } from './request-spans.js';
import { RunSpans } from './run-spans.js';
import type { Scrub } from './scrubbed-span.js';
import { serviceResource } from './service-resource.js';
import { SpanIds } from './span-ids.js';
import { SpanMaker } from './span-maker.js';
import { SpanQueue } from './span-queue.js';
import { PROPAGATOR } from './trace-context.js';

/** One try to send a batch and those that follow it, together. */
const EXPORT_TIMEOUT_MS = 5_000;
/** How long a stopping process waits for what it has not sent. */
const CLOSE_WITHIN_MS = 2_000;
/** Bounds on what one span says. */
const SPAN_LIMITS = {
  attributeValueLengthLimit: 4_096,
  attributeCountLimit: 64,
  eventCountLimit: 64,
  linkCountLimit: 8,
};

export interface OtelTracingOptions {
  readonly config: AppConfig;
  /** Of the service. */
  readonly version: string;
  readonly scrub: Scrub;
}

/** Traces with OpenTelemetry, sent as OTLP over HTTP. */
export class OtelTracing extends Tracing {
  override readonly requests: RequestHandler;
  override readonly runs: RunSpans;
  private readonly logger = new Logger(OtelTracing.name);
  private readonly queue: SpanQueue;
  private readonly outgoing: OutgoingSpans;
  /** Takes back what was begun, in any order. */
  private readonly endings: readonly (() => void)[];

  constructor({ config, version, scrub }: OtelTracingOptions) {
    super();
    const losses = new LossLog({ write: (line) => this.logger.warn(line), now: () => performance.now() });
    this.queue = new SpanQueue({
      exporter: exporterOf(config),
      scrub,
      onDropped: (spans, reason) => losses.add(spans, reason),
    });
    const ids = new SpanIds();
    const provider = new BasicTracerProvider({
      idGenerator: ids,
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(config.monitoring.traceSampleRatio) }),
      resource: serviceResource(config, version),
      spanLimits: SPAN_LIMITS,
      spanProcessors: [this.queue],
    });
    const contexts = new AsyncLocalStorageContextManager();
    const spans = new SpanMaker(provider.getTracer('wand-orchestrator', version), ids, contexts);
    this.requests = traceRequests(spans);
    this.runs = new RunSpans(spans);
    this.outgoing = new OutgoingSpans(spans);
    this.outgoing.start();
    this.endings = [
      () => this.outgoing.stop(),
      readTraceFrom(() => {
        const active = trace.getSpanContext(contexts.active());
        return active === undefined ? undefined : { trace_id: active.traceId, span_id: active.spanId };
      }),
      ...shareWithAgents(provider, contexts),
    ];
  }

  override get stats(): SpanStats {
    return this.queue.stats;
  }

  override async close(): Promise<void> {
    for (const end of this.endings) end();
    const bound = Promise.withResolvers<void>();
    const timer = setTimeout(bound.resolve, CLOSE_WITHIN_MS);
    await Promise.race([this.queue.shutdown(), bound.promise]);
    clearTimeout(timer);
    this.queue.abandon('the receiver did not take them before the process stopped');
  }
}

/** Without an endpoint of ours the library takes that of `OTEL_EXPORTER_OTLP_ENDPOINT`, or the default of OTLP. */
function exporterOf({ monitoring }: AppConfig): OTLPTraceExporter {
  const endpoint = monitoring.otlpEndpoint ?? monitoring.jaegerEndpoint;
  return new OTLPTraceExporter({
    url: endpoint === undefined ? undefined : tracesUrl(endpoint),
    headers: { ...monitoring.otlpHeaders },
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
}

/**
 * Agents that use `@opentelemetry/api` themselves add to the same traces. Another tracing of the process that was there
 * before, as from `--require`, is left alone.
 */
function shareWithAgents(provider: BasicTracerProvider, contexts: AsyncLocalStorageContextManager): (() => void)[] {
  const shared: (readonly [boolean, () => void])[] = [
    [trace.setGlobalTracerProvider(provider), () => trace.disable()],
    [globalContext.setGlobalContextManager(contexts), () => globalContext.disable()],
    [propagation.setGlobalPropagator(PROPAGATOR), () => propagation.disable()],
  ];
  return shared.flatMap(([isOurs, end]) => (isOurs ? [end] : []));
}

import { type DynamicModule, Injectable, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig, LoadedConfig } from '../../config/index.js';
import { RunTracer } from '../../executor/index.js';
import { ServiceVersion } from '../health/index.js';
import { Metrics } from '../metrics/index.js';
import { Tracing } from './tracing.js';

/** Loads the libraries, which takes a third of a second that a service without tracing does not spend. */
async function startTracing({ config, secrets }: LoadedConfig, { value: version }: ServiceVersion): Promise<Tracing> {
  const { OtelTracing } = await import('./otel/otel-tracing.js');
  return new OtelTracing({ config, version, scrub: (text) => secrets.text(text) });
}

/** Counts spans, and sends the last ones when the application has stopped. */
@Injectable()
class TracingLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly tracing: Tracing,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const { metrics, tracing } = this;
    metrics.addCounter({
      name: 'wand_trace_spans_total',
      help: 'Spans by what became of them; only while tracing is on.',
      labels: ['outcome'],
      read: () => [
        { labels: { outcome: 'exported' }, value: tracing.stats.exported },
        { labels: { outcome: 'dropped' }, value: tracing.stats.dropped },
      ],
    });
  }

  onApplicationShutdown(): Promise<void> {
    return this.tracing.close();
  }
}

/** A module of its own: Nest stops global ones last, when the log is closed already and no loss can be told any more. */
@Module({ providers: [TracingLifecycle] })
class TracingLifecycleModule {}

/** `Tracing` and `RunTracer` for everybody, while tracing is on; else nothing. */
@Module({})
export class TracingModule {
  static forRoot({ monitoring }: Pick<AppConfig, 'monitoring'>): DynamicModule {
    if (!monitoring.enableTracing) return { module: TracingModule };
    return {
      module: TracingModule,
      global: true,
      imports: [TracingLifecycleModule],
      providers: [
        { provide: Tracing, inject: [LoadedConfig, ServiceVersion], useFactory: startTracing },
        { provide: RunTracer, inject: [Tracing], useFactory: ({ runs }: Tracing) => runs },
      ],
      exports: [Tracing, RunTracer],
    };
  }
}

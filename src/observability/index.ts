export {
  type DependencyCheck,
  DependencyChecks,
  HealthModule,
  type HealthModuleOptions,
  HealthService,
  Readiness,
  type ReadinessState,
  ServiceVersion,
} from './health/index.js';
export { LogFileError, LoggingModule, RootLogger, quietWiring, requestLog } from './logging/index.js';
export {
  type LabelledDistribution,
  type LabelledValue,
  type MeasuredDistribution,
  type MeasuredValue,
  Metrics,
  MetricsListener,
  MetricsModule,
  MetricsPortError,
  type Reading,
  RequestMetrics,
  byLabel,
} from './metrics/index.js';
export { type SpanStats, Tracing, TracingModule } from './tracing/index.js';
export { Logger as NestLogger } from 'nestjs-pino';

export {
  DatabaseCheck,
  HealthModule,
  type HealthModuleOptions,
  Readiness,
  type ReadinessState,
  ServiceVersion,
} from './health/index.js';
export { LoggingModule, RootLogger, quietWiring, requestLog } from './logging/index.js';
export {
  type LabelledValue,
  type MeasuredValue,
  Metrics,
  MetricsListener,
  MetricsModule,
  MetricsPortError,
  type Reading,
} from './metrics/index.js';
export { type SpanStats, Tracing, TracingModule } from './tracing/index.js';
export { Logger as NestLogger } from 'nestjs-pino';

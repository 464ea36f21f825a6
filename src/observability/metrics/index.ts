export { Metrics } from './metrics.js';
export { MetricsListener, MetricsPortError } from './metrics-listener.js';
export { MetricsModule } from './metrics.module.js';
export {
  type LabelledDistribution,
  type LabelledValue,
  type MeasuredDistribution,
  type MeasuredValue,
  type Reading,
  byLabel,
} from './reading.js';
export { RequestMetrics } from './request-metrics.js';

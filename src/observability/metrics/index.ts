export { Metrics, type LabelledValue, type MeasuredValue, type Reading } from './metrics.js';
export { MetricsListener, MetricsPortError } from './metrics-listener.js';
export { MetricsModule } from './metrics.module.js';

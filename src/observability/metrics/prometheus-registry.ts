import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { LabelledValue, MeasuredValue } from './reading.js';

/** Whether a value may fall. */
export type ValueKind = 'gauge' | 'counter';

type Read = (measured: MeasuredValue) => Promise<readonly LabelledValue[]>;

/** Values as prom-client tells them, and the process itself. Loaded with the first question for metrics. */
export class PrometheusRegistry {
  private readonly registry = new Registry();

  /** @param read Never fails. */
  constructor(private readonly read: Read) {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: NEVER_MS });
    for (const name of MISLEADING) this.registry.removeSingleMetric(name);
  }

  /** @throws {Error} if the name is taken or none. */
  add(kind: ValueKind, measured: MeasuredValue): void {
    const { name, help, labels = [] } = measured;
    const collect = async (): Promise<void> => {
      const values = await this.read(measured);
      forget(metric, labels);
      for (const { labels: where, value } of values) {
        if (metric instanceof Gauge) metric.set(where, value);
        else metric.inc(where, value);
      }
    };
    const options = { name, help, labelNames: [...labels], registers: [this.registry], collect };
    const metric: Gauge | Counter = kind === 'gauge' ? new Gauge(options) : new Counter(options);
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}

/** A metric without labels, once it is reset, would be told as 0. */
function forget(metric: Counter | Gauge, labels: readonly string[]): void {
  if (labels.length === 0) metric.remove();
  else metric.reset();
}

/** prom-client counts the time between two samples as delay: an idle process would seem to be late all the time. */
const MISLEADING = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(
  (what) => `nodejs_eventloop_lag_${what}_seconds`,
);
const NEVER_MS = 2 ** 31 - 1;

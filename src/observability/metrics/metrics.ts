import { Injectable, Logger } from '@nestjs/common';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { EventLoopDelay } from './event-loop-delay.js';
import { histogramText } from './histogram-text.js';
import type { LabelledValue, MeasuredDistribution, MeasuredValue } from './reading.js';

/**
 * What the service tells Prometheus. Whoever counts something keeps the number; here stands how it is called and read.
 * A value that cannot be read is left out, the others are told all the same. The process itself (memory, event loop,
 * garbage collection) is measured from the first question on: a service that nobody asks pays nothing for it.
 */
@Injectable()
export class Metrics {
  private readonly logger = new Logger(Metrics.name);
  private readonly registry = new Registry();
  private readonly histograms = new Map<string, MeasuredDistribution>();
  private isProcessMeasured = false;

  /** The media type of `text`. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** Adds a value that may rise and fall. */
  addGauge(measured: MeasuredValue): void {
    const { name, help, labels = [] } = measured;
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
      collect: async () => {
        const values = await this.read(measured);
        forget(gauge, labels);
        for (const { labels: where, value } of values) gauge.set(where, value);
      },
    });
  }

  /** Adds a value that only rises while the process lives. */
  addCounter(measured: MeasuredValue): void {
    const { name, help, labels = [] } = measured;
    const counter: Counter = new Counter({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
      collect: async () => {
        const values = await this.read(measured);
        forget(counter, labels);
        for (const { labels: where, value } of values) counter.inc(where, value);
      },
    });
  }

  /** Adds values that are counted by their size. @throws {Error} if the name is taken. */
  addHistogram(measured: MeasuredDistribution): void {
    if (this.histograms.has(measured.name)) throw new Error(`there is a metric ${measured.name} already`);
    this.histograms.set(measured.name, measured);
  }

  /** Reads everything, in the text format of Prometheus. */
  async text(): Promise<string> {
    this.measureProcess();
    const histograms = [...this.histograms.values()].map(histogramText);
    return [await this.registry.metrics(), ...histograms].join('\n');
  }

  private async read({ name, read }: MeasuredValue): Promise<readonly LabelledValue[]> {
    try {
      const reading = await read();
      return typeof reading === 'number' ? [{ labels: {}, value: reading }] : reading;
    } catch (error) {
      // Metrics are looked at most when something does not work.
      this.logger.warn({ err: error }, `${name} cannot be read and is left out`);
      return [];
    }
  }

  private measureProcess(): void {
    if (this.isProcessMeasured) return;
    this.isProcessMeasured = true;
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: NEVER_MS });
    for (const name of MISLEADING) this.registry.removeSingleMetric(name);
    const delay = new EventLoopDelay();
    this.addGauge({
      name: 'wand_event_loop_delay_p99_seconds',
      help: 'How late the event loop was since the last question, the 99th percentile.',
      read: () => delay.read().p99Sec,
    });
    this.addGauge({
      name: 'wand_event_loop_delay_max_seconds',
      help: 'How late the event loop was since the last question, at most.',
      read: () => delay.read().maxSec,
    });
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

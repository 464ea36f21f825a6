import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';

/** A value, or one per set of labels. Labels are few and bounded: never an id. */
export type Reading = number | readonly LabelledValue[];

export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A number that is kept elsewhere; it is read when somebody asks for the metrics, and at no other time. */
export interface MeasuredValue {
  /** `wand_<what>_<unit>`; a counter ends in `_total`. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  readonly labels?: readonly string[];
  readonly read: () => Reading | Promise<Reading>;
}

/**
 * What the service tells Prometheus. Whoever counts something keeps the number; here stands how it is called and read.
 * The process itself (memory, event loop, garbage collection) is measured from the first question on: a service that
 * nobody asks pays nothing for it.
 */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private isProcessMeasured = false;

  /** The media type of `text`. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** Adds a value that may rise and fall. */
  addGauge({ name, help, labels = [], read }: MeasuredValue): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
      collect: async () => {
        const values = labelled(await read());
        gauge.reset();
        for (const { labels: where, value } of values) gauge.set(where, value);
      },
    });
  }

  /** Adds a value that only rises while the process lives. */
  addCounter({ name, help, labels = [], read }: MeasuredValue): void {
    const counter: Counter = new Counter({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
      collect: async () => {
        const values = labelled(await read());
        counter.reset();
        for (const { labels: where, value } of values) counter.inc(where, value);
      },
    });
  }

  /** Reads everything, in the text format of Prometheus. */
  text(): Promise<string> {
    this.measureProcess();
    return this.registry.metrics();
  }

  private measureProcess(): void {
    if (this.isProcessMeasured) return;
    this.isProcessMeasured = true;
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS });
  }
}

/** How often the delay of the event loop is sampled: seldom enough to let an idle process sleep. */
const EVENT_LOOP_PRECISION_MS = 100;

function labelled(reading: Reading): readonly LabelledValue[] {
  return typeof reading === 'number' ? [{ labels: {}, value: reading }] : reading;
}

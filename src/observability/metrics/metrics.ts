import { Injectable, Logger } from '@nestjs/common';
import { EventLoopDelay } from './event-loop-delay.js';
import { histogramText } from './histogram-text.js';
import type { PrometheusRegistry, ValueKind } from './prometheus-registry.js';
import type { LabelledValue, MeasuredDistribution, MeasuredValue } from './reading.js';

/** The text format of Prometheus 0.0.4. */
const MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * What the service tells Prometheus. Whoever counts something keeps the number; here stands how it is called and read.
 * A value that cannot be read is left out, the others are told all the same. The process itself (memory, event loop,
 * garbage collection) is measured, and what that takes is loaded, from the first question on: a service that nobody asks
 * pays nothing for it.
 */
@Injectable()
export class Metrics {
  /** The media type of `text`. */
  readonly contentType = MEDIA_TYPE;
  private readonly logger = new Logger(Metrics.name);
  private readonly names = new Set<string>();
  /** Not in the registry yet. */
  private readonly added: { readonly kind: ValueKind; readonly measured: MeasuredValue }[] = [];
  private readonly histograms: MeasuredDistribution[] = [];
  private registry: Promise<PrometheusRegistry> | undefined;
  /** Undefined in a process that stands for itself alone. */
  private gather: (() => Promise<string>) | undefined;

  /** Adds a value that may rise and fall. @throws {Error} if the name is taken. */
  addGauge(measured: MeasuredValue): void {
    this.takeName(measured);
    this.added.push({ kind: 'gauge', measured });
  }

  /** Adds a value that only rises while the process lives. @throws {Error} if the name is taken. */
  addCounter(measured: MeasuredValue): void {
    this.takeName(measured);
    this.added.push({ kind: 'counter', measured });
  }

  /** Adds values that are counted by their size. @throws {Error} if the name is taken. */
  addHistogram(measured: MeasuredDistribution): void {
    this.takeName(measured);
    this.histograms.push(measured);
  }

  /** From now on whoever asks is told what `gather` brings together, of this process and of those beside it. */
  gatherBy(gather: () => Promise<string>): void {
    this.gather = gather;
  }

  /** What whoever asks is told, in the text format of Prometheus. */
  page(): Promise<string> {
    return this.gather === undefined ? this.text() : this.gather();
  }

  /** Reads everything of this process, in the text format of Prometheus. */
  async text(): Promise<string> {
    const registry = await (this.registry ??= this.open());
    for (const { kind, measured } of this.added.splice(0)) registry.add(kind, measured);
    return [await registry.text(), ...this.histograms.map(histogramText)].join('\n');
  }

  private takeName({ name }: { readonly name: string }): void {
    if (this.names.has(name)) throw new Error(`there is a metric ${name} already`);
    this.names.add(name);
  }

  private async open(): Promise<PrometheusRegistry> {
    const { PrometheusRegistry: Opened } = await import('./prometheus-registry.js');
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
    return new Opened((measured) => this.read(measured));
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
}

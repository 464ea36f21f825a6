import { TraceFlags } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { SpanStats } from '../tracing.js';
import { type Scrub, scrubbedSpan } from './scrubbed-span.js';

export interface SpanQueueOptions {
  readonly exporter: SpanExporter;
  /** Everything that a span says passes through here on its way out. */
  readonly scrub: Scrub;
  /** Called for every loss. */
  readonly onDropped: (spans: number, reason: string) => void;
}

/** Most spans that wait to be sent, about a kilobyte each; what is over is dropped. */
export const MAX_WAITING = 8_192;
/** Most spans sent at once; that many are sent without waiting for more. */
export const MAX_BATCH = 512;
const WAIT_FOR_MORE_MS = 500;

/**
 * Ended spans on their way to the receiver: in batches, one at a time, never more than a bound in memory. A receiver that is
 * slow or gone costs spans, and nothing else.
 *
 * The batch processor of the SDK does not say how many spans it lost.
 */
export class SpanQueue implements SpanProcessor {
  private readonly waiting: ReadableSpan[] = [];
  /** Set while a batch is under way. */
  private sending: Promise<void> | undefined;
  /** Spans of that batch; 0 once they are counted. */
  private underWay = 0;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private exported = 0;
  private dropped = 0;

  constructor(private readonly options: SpanQueueOptions) {}

  get stats(): SpanStats {
    const { exported, dropped } = this;
    return { exported, dropped };
  }

  onStart(): void {
    // A span is looked at when it ends.
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.isClosed) return this.drop(1, 'tracing has stopped');
    if (this.waiting.length >= MAX_WAITING) return this.drop(1, `${MAX_WAITING} spans wait already`);
    this.waiting.push(span);
    if (this.waiting.length >= MAX_BATCH) this.send();
    else this.timer ??= setTimeout(() => this.send(), WAIT_FOR_MORE_MS).unref();
  }

  /** Resolves when nothing waits any more. */
  async forceFlush(): Promise<void> {
    this.send();
    while (this.sending !== undefined) {
      await this.sending;
      this.send();
    }
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    this.isClosed = true;
    await this.options.exporter.shutdown();
  }

  /** Gives up what still waits and what is not known to have arrived. */
  abandon(reason: string): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    const left = this.waiting.splice(0).length + this.underWay;
    this.underWay = 0;
    if (left > 0) this.drop(left, reason);
  }

  private send(): void {
    if (this.sending !== undefined || this.waiting.length === 0) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    const batch = this.waiting.splice(0, MAX_BATCH);
    this.sending = this.export(batch).then(() => {
      this.sending = undefined;
      if (this.waiting.length >= MAX_BATCH) this.send();
      else if (this.waiting.length > 0) this.timer ??= setTimeout(() => this.send(), WAIT_FOR_MORE_MS).unref();
    });
  }

  private async export(batch: readonly ReadableSpan[]): Promise<void> {
    const { exporter, scrub } = this.options;
    this.underWay = batch.length;
    try {
      const spans = batch.map((span) => scrubbedSpan(span, scrub));
      const { code, error } = await new Promise<ExportResult>((done) => exporter.export(spans, done));
      if (code !== ExportResultCode.SUCCESS) throw error ?? new Error('the receiver refused them');
      this.exported += this.underWay;
    } catch (error) {
      if (this.underWay > 0) this.drop(this.underWay, reasonOf(error));
    }
    this.underWay = 0;
  }

  private drop(spans: number, reason: string): void {
    this.dropped += spans;
    this.options.onDropped(spans, reason);
  }
}

function reasonOf(error: unknown): string {
  const { message, code } = (error ?? {}) as { readonly message?: unknown; readonly code?: unknown };
  const parts = [message, code].filter((part) => (typeof part === 'string' && part !== '') || typeof part === 'number');
  return parts.length === 0 ? 'unknown' : parts.join(', ');
}

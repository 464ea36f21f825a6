import { TraceFlags } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { MAX_BATCH, MAX_WAITING, SpanQueue } from './span-queue.js';

const span = (name: string, traceFlags: number = TraceFlags.SAMPLED): ReadableSpan =>
  ({
    name,
    status: { code: 0 },
    attributes: {},
    events: [],
    links: [],
    spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags }),
  }) as unknown as ReadableSpan;

/** Takes batches and answers when the test says so. */
class HeldExporter implements SpanExporter {
  readonly batches: string[][] = [];
  private readonly held: ((result: ExportResult) => void)[] = [];

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.batches.push(spans.map(({ name }) => name));
    this.held.push(done);
  }

  async answer(result: ExportResult = { code: ExportResultCode.SUCCESS }): Promise<void> {
    this.held.shift()?.(result);
    await new Promise((resolve) => setImmediate(resolve));
  }

  async shutdown(): Promise<void> {
    // It holds nothing.
  }
}

describe('SpanQueue', () => {
  let exporter: HeldExporter;
  let queue: SpanQueue;
  let losses: [number, string][];

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    exporter = new HeldExporter();
    losses = [];
    queue = new SpanQueue({
      exporter,
      scrub: (text) => text.replaceAll('secret', '***'),
      onDropped: (spans, reason) => losses.push([spans, reason]),
    });
  });
  afterEach(() => jest.useRealTimers());

  const fill = (count: number): void => {
    for (let index = 0; index < count; index++) queue.onEnd(span('s'));
  };

  it('sends a few spans together after a moment', async () => {
    queue.onEnd(span('a'));
    queue.onEnd(span('b secret'));
    expect(exporter.batches).toEqual([]);
    jest.advanceTimersByTime(500);
    expect(exporter.batches).toEqual([['a', 'b ***']]);
    await exporter.answer();
    expect(queue.stats).toEqual({ exported: 2, dropped: 0 });
  });

  it('sends a full batch at once, and the next when that one is through', async () => {
    fill(MAX_BATCH * 2 + 1);
    expect(exporter.batches.map((batch) => batch.length)).toEqual([MAX_BATCH]);
    await exporter.answer();
    expect(exporter.batches.map((batch) => batch.length)).toEqual([MAX_BATCH, MAX_BATCH]);
    await exporter.answer();
    jest.advanceTimersByTime(500);
    expect(exporter.batches.map((batch) => batch.length)).toEqual([MAX_BATCH, MAX_BATCH, 1]);
  });

  it('holds no more than its bound while the receiver does not answer, and counts the rest', () => {
    fill(MAX_BATCH + MAX_WAITING + 3);
    expect(queue.stats).toEqual({ exported: 0, dropped: 3 });
    expect(losses[0]).toEqual([1, `${MAX_WAITING} spans wait already`]);
  });

  it('counts what the receiver refused, and goes on', async () => {
    fill(1);
    jest.advanceTimersByTime(500);
    await exporter.answer({ code: ExportResultCode.FAILED, error: new Error('no room') });
    expect(losses).toEqual([[1, 'no room']]);
    fill(1);
    jest.advanceTimersByTime(500);
    await exporter.answer();
    expect(queue.stats).toEqual({ exported: 1, dropped: 1 });
  });

  it('leaves out what is not sampled', () => {
    queue.onEnd(span('a', TraceFlags.NONE));
    jest.advanceTimersByTime(10_000);
    expect(exporter.batches).toEqual([]);
  });

  it('is flushed when nothing waits any more', async () => {
    fill(MAX_BATCH + 1);
    const flushed = queue.forceFlush();
    await exporter.answer();
    await exporter.answer();
    await flushed;
    expect(queue.stats).toEqual({ exported: MAX_BATCH + 1, dropped: 0 });
  });

  it('counts what it gives up, once, and takes nothing afterwards', async () => {
    fill(MAX_BATCH + 2);
    queue.abandon('stopped');
    fill(1);
    await exporter.answer({ code: ExportResultCode.FAILED });
    jest.advanceTimersByTime(10_000);
    expect(exporter.batches).toHaveLength(1);
    expect(queue.stats).toEqual({ exported: 0, dropped: MAX_BATCH + 3 });
    expect(losses).toEqual([
      [MAX_BATCH + 2, 'stopped'],
      [1, 'tracing has stopped'],
    ]);
  });
});

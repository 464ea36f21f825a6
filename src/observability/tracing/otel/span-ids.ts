import { hash } from 'node:crypto';
import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace-base';
import type { RunId } from '../../../executor/core/index.js';

const TRACE_ID_DIGITS = 32;
const SPAN_ID_DIGITS = 16;

/** Ids that a span is to have. */
export interface PlannedIds {
  readonly spanId: string;
  /** Used when the span has no parent. */
  readonly traceId: string;
}

/**
 * The ids of a run's span follow from its id. So whoever holds the run knows them: attempts can be told as its children by a
 * process that has not seen it begin, before the run itself is told, which is once, when it ends.
 */
export function idsOfRun(runId: RunId): PlannedIds {
  return { traceId: digits(`trace ${runId}`, TRACE_ID_DIGITS), spanId: digits(`run ${runId}`, SPAN_ID_DIGITS) };
}

/** The ids of the span of an attempt. */
export function idsOfAttempt(runId: RunId, nodeId: string, attempt: number): PlannedIds {
  const spanId = digits(`attempt ${runId} ${nodeId} ${attempt}`, SPAN_ID_DIGITS);
  return { traceId: digits(`trace ${runId}`, TRACE_ID_DIGITS), spanId };
}

/** Random ids, but for spans whose ids are planned. */
export class SpanIds implements IdGenerator {
  private readonly random = new RandomIdGenerator();
  private planned: PlannedIds | undefined;

  /** Calls `start`, which starts one span; it gets the planned ids. */
  plan<T>(ids: PlannedIds, start: () => T): T {
    this.planned = ids;
    try {
      return start();
    } finally {
      this.planned = undefined;
    }
  }

  generateSpanId(): string {
    return this.planned?.spanId ?? this.random.generateSpanId();
  }

  generateTraceId(): string {
    return this.planned?.traceId ?? this.random.generateTraceId();
  }
}

function digits(text: string, length: number): string {
  return hash('sha256', text).slice(0, length);
}

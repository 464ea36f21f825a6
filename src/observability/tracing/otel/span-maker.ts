import {
  type Attributes,
  type Context,
  type ContextManager,
  type Link,
  type Span,
  type SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { EpochMs } from '../../../executor/core/index.js';
import type { PlannedIds, SpanIds } from './span-ids.js';

/** A span with the context in which its children begin. */
export interface OpenSpan {
  readonly span: Span;
  readonly context: Context;
}

export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parent: Context;
  readonly attributes: Attributes;
  readonly links?: Link[];
  /** Random ones when left out. */
  readonly ids?: PlannedIds;
  /** Now when left out. */
  readonly startedAt?: EpochMs;
}

/** Starts spans, and knows the one in which the code that asks runs. */
export class SpanMaker {
  constructor(
    private readonly tracer: Tracer,
    private readonly ids: SpanIds,
    private readonly contexts: ContextManager,
  ) {}

  start({ name, kind, parent, attributes, links, ids, startedAt }: SpanStart): OpenSpan {
    const begin = (): Span =>
      this.tracer.startSpan(name, { kind, attributes, links, startTime: timeOf(startedAt) }, parent);
    const span = ids === undefined ? begin() : this.ids.plan(ids, begin);
    return { span, context: trace.setSpan(parent, span) };
  }

  /** Calls `action` in a context: what it begins is in it too. */
  within<T>(context: Context, action: () => T): T {
    return this.contexts.with(context, action);
  }

  /** The context of the code that asks. */
  active(): Context {
    return this.contexts.active();
  }
}

/** A number could be taken for one of the monotonic clock. */
export function timeOf(at: EpochMs | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at);
}

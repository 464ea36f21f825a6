import {
  type Context,
  ROOT_CONTEXT,
  type TextMapGetter,
  defaultTextMapGetter,
  defaultTextMapSetter,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { TraceOrigin } from '../../../executor/core/index.js';

export const PROPAGATOR = new W3CTraceContextPropagator();

/** The context that the headers `traceparent` and `tracestate` tell; the root where they tell none, or a malformed one. */
export function contextFrom<Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
  return PROPAGATOR.extract(ROOT_CONTEXT, carrier, getter);
}

/** The context in which a run was asked for; the root without one. */
export function contextOf(origin: TraceOrigin | undefined): Context {
  return origin === undefined ? ROOT_CONTEXT : contextFrom({ ...origin }, defaultTextMapGetter);
}

/** The inverse of `contextOf`. */
export function originOf(context: Context): TraceOrigin | undefined {
  const headers: Record<string, string> = {};
  PROPAGATOR.inject(context, headers, defaultTextMapSetter);
  const { traceparent, tracestate } = headers;
  if (traceparent === undefined) return undefined;
  return tracestate === undefined || tracestate === '' ? { traceparent } : { traceparent, tracestate };
}

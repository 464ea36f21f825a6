/** What a log line says of the span in which it was written, as OpenTelemetry names it in logs. */
export interface TraceFields {
  readonly trace_id: string;
  readonly span_id: string;
}

type Source = () => TraceFields | undefined;

/** Absent while tracing is off. */
let source: Source | undefined;

/** From now on `activeTrace` asks `read`; returns what takes that back. */
export function readTraceFrom(read: Source): () => void {
  source = read;
  return () => {
    if (source === read) source = undefined;
  };
}

/** Undefined outside of every span, and while tracing is off. */
export function activeTrace(): TraceFields | undefined {
  return source?.();
}

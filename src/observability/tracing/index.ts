export { type TraceFields, activeTrace } from './active-trace.js';
export { TracingModule } from './tracing.module.js';
export { type SpanStats, Tracing } from './tracing.js';

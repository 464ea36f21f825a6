export { TracingModule } from './tracing.module.js';
export { type SpanStats, Tracing } from './tracing.js';

import { AsyncLocalStorage } from 'node:async_hooks';
import { type TraceFields, activeTrace } from '../tracing/active-trace.js';

/** What every line that is logged while something is being handled says, as it stands in the line. */
export interface LogContext {
  readonly request_id: string;
}

const current = new AsyncLocalStorage<LogContext>();

/** Calls `action`; whatever is logged in it, or in what it begins, carries `context`. */
export function withLogContext(context: LogContext, action: () => void): void {
  current.run(context, action);
}

/** Empty outside of `withLogContext`, but for the span in which the line is written. */
export function logContext(): Partial<LogContext & TraceFields> {
  const context = current.getStore() ?? {};
  const trace = activeTrace();
  return trace === undefined ? context : { ...context, ...trace };
}

import { AsyncLocalStorage } from 'node:async_hooks';

/** While a request is handled. */
export interface RequestLogContext {
  readonly request_id: string;
  /** The run that the request turned out to be about. */
  run_id?: string;
}

/** While something is done for a run that no request waits for. */
export interface RunLogContext {
  readonly run_id: string;
}

/** While an agent makes an attempt; in whose request the run began is not its matter. */
export interface AttemptLogContext extends RunLogContext {
  readonly node_id: string;
  readonly attempt: number;
}

/** What every line that is logged while something is being done says, as it stands in the line. */
export type LogContext = RequestLogContext | RunLogContext | AttemptLogContext;

const NOTHING: Readonly<Partial<LogContext>> = Object.freeze({});

const current = new AsyncLocalStorage<LogContext>();

/** Calls `action`; whatever is logged in it, or in what it begins, carries `context` and nothing of the context outside. */
export function withLogContext<Result>(context: LogContext, action: () => Result): Result {
  return current.run(context, action);
}

/** Calls `action`; what is logged in it belongs to no request and no run. */
export function withoutLogContext<Result>(action: () => Result): Result {
  return current.exit(action);
}

/** Empty outside of `withLogContext`. Not to be changed. */
export function logContext(): Readonly<Partial<LogContext>> {
  return current.getStore() ?? NOTHING;
}

/** The request that is being handled is about this run: its lines say so from now on, its own line included. */
export function mentionRun(runId: string): void {
  const context = current.getStore();
  if (context !== undefined && 'request_id' in context) context.run_id = runId;
}

export { ATTEMPT_OUTCOMES, NODE_CLOCKS, NODE_OUTCOMES, RunCensus } from './census/index.js';
export { Clock } from './clock.js';
export { DatabaseOwnedError, FleetOnDatabaseError, OtherQueueError } from './engines/claim.errors.js';
export { DatabaseClaim, type Member } from './engines/database-claim.js';
export {
  EngineNotRunningError,
  type EnginePhase,
  QueueBacklogError,
  type QueueFigures,
  RunEngine,
} from './engines/run-engine.js';
export { ExecutorModule } from './executor.module.js';
export {
  type JournalHeader,
  JOURNAL_FORMAT,
  JOURNAL_FORMAT_VERSION,
  journalHeaderSchema,
  toHeaderRecord,
  toJournalHeader,
} from './journal-file/index.js';
export { LargeOutput, OutputHydrator } from './outputs/index.js';
export { type FoldedRun, type LoadedRun, RunReader, foldRun } from './run-reader.js';
export {
  type CachedGraph,
  type EdgeSpec,
  type GraphSpec,
  type NodeSpec,
  type RunOptionsSpec,
  PlanCache,
  boundedText,
  compileSpec,
  concurrencyWarning,
  edgeOutcome,
  edgeSpec,
  failurePolicy,
  graphSpec,
  interruptPolicy,
  joinKind,
  nodeSpec,
  retrySpec,
  reusePolicy,
  runOptionsSpec,
  toGraphDefinition,
  toRunSettings,
} from './spec/index.js';
export { CelExpressionCompiler } from './expressions/index.js';
export { RunTracer, type SessionTrace, type WatchedRun } from './tracing/index.js';

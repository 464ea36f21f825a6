export { hasAtMostCharacters } from './character-count.js';
export { type TextFault, beginningOf, isStorable, storableJson, storableText, textFaultIn } from './storable-text.js';
export { type Json, type JsonObject, isJsonObject } from './json.js';
export {
  type EpochMs,
  type GraphId,
  type KeyId,
  type Namespace,
  type RunId,
  DEFAULT_NAMESPACE,
  GRAPH_ID,
  KEY_ID,
  MAX_VERSION,
  NAMESPACE,
  RUN_ID,
  ULID_PATTERN,
  epochMs,
  graphId,
  keyId,
  namespace,
  runId,
} from './ids.js';
export {
  type Level,
  type NodeStatus,
  type RunStatus,
  type SkipReason,
  type TerminalNodeStatus,
  type TerminalRunStatus,
  LEVELS,
  NODE_STATUSES,
  RUN_STATUSES,
  SKIP_REASONS,
  isTerminalNode,
  isTerminalRun,
} from './statuses.js';
export { type NodeError, type RunError, CorruptJournalError, CyclicGraphError } from './errors.js';
export {
  type ConditionOperator,
  type ConditionSpec,
  type EdgeDefinition,
  type EdgeOn,
  type GraphDefinition,
  type Jitter,
  type Join,
  type NodeDefinition,
  type OnFailure,
  type OnInterrupt,
  type Reuse,
  type RetryOverride,
  type RunSettings,
  CONDITION_OPERATORS,
  DEFAULT_POOL,
  INPUT_SOURCE,
} from './graph-definition.js';
export { MAX_PATTERN_SIZE, patternCost, patternSize } from './pattern-size.js';
export { type AgentContract, type KeyContract } from './contract.js';
export {
  type CompiledExpression,
  type Evaluation,
  type ExpressionCompiler,
  type TemplateScope,
  ExpressionLimitError,
  ExpressionSyntaxError,
  compileOver,
} from './expressions.js';
export {
  type AttemptEnd,
  type InterruptionCause,
  type NodeEvent,
  type RetryOrigin,
  type RunEvent,
  type RunEventType,
  type RunLevelEvent,
  type RunQueued,
  type SkipCause,
  type TraceOrigin,
  NODE_EVENT_TYPES,
  RUN_LEVEL_EVENT_TYPES,
} from './run-event.js';
export { type JournalEntry } from './journal-entry.js';
export {
  type CompileOptions,
  type GraphPlan,
  type PlanEdge,
  type PlanNode,
  FROM_INPUT,
  UnknownNodeError,
  compile,
  withParams,
} from './compile.js';
export { type AttemptExplanation, ATTEMPT_OUTCOMES } from './explain-attempts.js';
export { type ConditionExplanation, type ConditionValue } from './explain-condition.js';
export { type EdgeExplanation, EDGE_VERDICTS } from './explain-edge.js';
export { type ChainLink, type NodeExplanation, type WaitsFor, explainNode, summariseNode } from './explain-node.js';
export { decide, nextDeadline } from './decide.js';
export {
  decodeEntry,
  decodeRunError,
  encodeEvent,
  encodeEvents,
  encodeNodeError,
  encodeRunError,
} from './event-codec.js';
export {
  type GatheredInput,
  type UpstreamOutcome,
  gatherInput,
  overridesParam,
  upstreamOutcomes,
} from './node-input.js';
export { type NodeSummary, summariseNodes } from './node-summary.js';
export { type RunResult, NO_SINK_REACHED, resultOf } from './outcome.js';
export { type OutputRef, isOutputFile, missingOutput, outputFileName, withOutput } from './output-ref.js';
export {
  type SimulatedOutcome,
  type SimulatedRun,
  type SimulationOptions,
  SimulationTooLongError,
  simulate,
} from './simulate.js';
export { reduce } from './reduce.js';
export { type AttemptFailure, type Blame, type RunInput, type Takeover } from './run-input.js';
export {
  type NodeRecord,
  type NodeState,
  type RunState,
  initialState,
  isFresh,
  isSuspended,
  nodeRecord,
} from './run-state.js';
export {
  type SuspectInFlight,
  SUSPECT_AFTER,
  chargedSuspects,
  isLastChance,
  isSuspect,
  suspectsInFlight,
} from './suspects.js';
export { type WaitingSuspect, PROBATION_MS, SuspectQueue } from './suspect-queue.js';
export { type NextRun, type PastRun, type ReusePlan, type ReusedNode, planReuse } from './reuse.js';
export { type ResolvedInput, resolveInput } from './resolved-input.js';
export { type JournalFault, type Replay, type ReplayDifference, type ReplayOptions, replay } from './replay.js';
export { type BackoffInput, type RetryWait, retryWait } from './backoff.js';
export {
  type ConditionScope,
  type ConditionVerdict,
  type EdgeCondition,
  CONDITION_NAMES,
  compileEdgeCondition,
} from './conditions.js';
export { MAX_CONDITION_DEPTH, MAX_CONDITION_PARTS, conditionFaults } from './condition-faults.js';
export { type Comparison, type PairVerdict, areLikeContainers, deepEqual } from './deep-equal.js';
export { type Fault, jsonPointer } from './fault.js';
export { type Lookup, PathSyntaxError, lookup, parsePath } from './paths.js';
export {
  type CompiledParams,
  type ResolvedParams,
  type TemplateReference,
  compileTemplates,
  templateFaults,
} from './templates.js';
export { overlay, setOwn } from './plain-object.js';
export { UpstreamNodes } from './upstream-nodes.js';

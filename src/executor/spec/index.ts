export { boundedText } from './bounded-text.js';
export { type CompileSpecOptions, compileSpec } from './compile-spec.js';
export { toGraphDefinition } from './graph-definition.js';
export {
  type EdgeSpec,
  type GraphSpec,
  type NodeSpec,
  type RunOptionsSpec,
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
} from './graph-spec.js';
export { type CachedGraph, PlanCache } from './plan-cache.js';
export { concurrencyWarning, toRunSettings } from './run-settings.js';

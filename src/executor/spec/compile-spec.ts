import {
  type AgentContract,
  type ExpressionCompiler,
  type GraphPlan,
  type KeyContract,
  compile,
} from '../core/index.js';
import { toGraphDefinition } from './graph-definition.js';
import type { GraphSpec } from './graph-spec.js';

const OPEN: KeyContract = { open: true, known: new Set(), required: new Set(), defaulted: new Set() };
/** Of an agent that nobody knows any more: its nodes start, and their attempts say what is missing. */
const UNKNOWN_AGENT: AgentContract = { params: OPEN, input: OPEN };

export interface CompileSpecOptions {
  /** What the agents take, by type; undefined for a type that is not known. */
  readonly contractOf: (type: string) => AgentContract | undefined;
  readonly expressions: ExpressionCompiler;
}

/**
 * Compiles a spec whose shape has been checked.
 *
 * @throws {CyclicGraphError | UnknownNodeError | ExpressionSyntaxError} if it means nothing that can run.
 */
export function compileSpec(spec: GraphSpec, { contractOf, expressions }: CompileSpecOptions): GraphPlan {
  return compile(toGraphDefinition(spec), { contractOf: (type) => contractOf(type) ?? UNKNOWN_AGENT, expressions });
}

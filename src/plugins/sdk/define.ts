import type { z } from 'zod';
import type { AgentContext, ToolContext } from './context.js';

/**
 * An agent: the code behind a node's `type`. Schemas are zod objects; a strict object refuses unknown keys, a loose one is
 * open to any. What `run` returns must be JSON and match `output`.
 */
export interface AgentDefinition<
  Params extends z.ZodType = z.ZodType,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  /** `agent.<name>`, unique in the registry. */
  readonly type: string;
  readonly description: string;
  readonly params: Params;
  readonly input: Input;
  readonly output: Output;
  /** Names of the tools it calls; `['*']` for any. */
  readonly tools?: readonly string[];
  /** Bound on one attempt, in seconds, when the node names none; null for no bound. */
  readonly timeoutSec?: number | null;
  run(context: AgentContext<z.output<Params>, z.output<Input>>): Promise<z.input<Output>> | z.input<Output>;
}

/** A tool: a callable that agents use by name. */
export interface ToolDefinition<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  /** `[a-z][a-z0-9_]*`, unique in the registry. */
  readonly name: string;
  readonly description: string;
  /** Of an object: its keys are the arguments. */
  readonly input: Input;
  readonly output: Output;
  run(args: z.output<Input>, context: ToolContext): Promise<z.input<Output>> | z.input<Output>;
}

/** Types an agent written as a plain object, so that `params` and `input` are inferred from its schemas. */
export function defineAgent<Params extends z.ZodType, Input extends z.ZodType, Output extends z.ZodType>(
  definition: Omit<AgentDefinition<Params, Input, Output>, 'run'> & {
    readonly run: (
      context: AgentContext<z.output<Params>, z.output<Input>>,
    ) => Promise<z.input<Output>> | z.input<Output>;
  },
): AgentDefinition<Params, Input, Output> {
  return definition;
}

/** Types a tool written as a plain object. */
export function defineTool<Input extends z.ZodType, Output extends z.ZodType>(
  definition: Omit<ToolDefinition<Input, Output>, 'run'> & {
    readonly run: (args: z.output<Input>, context: ToolContext) => Promise<z.input<Output>> | z.input<Output>;
  },
): ToolDefinition<Input, Output> {
  return definition;
}

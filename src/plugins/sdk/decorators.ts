import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { AgentContext, ToolContext } from './context.js';
import type { AgentDefinition, ToolDefinition } from './define.js';

/** All of an agent's definition but what it does. */
export type AgentMetadata<
  Params extends z.ZodType = z.ZodType,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> = Omit<AgentDefinition<Params, Input, Output>, 'run'>;

/** All of a tool's definition but what it does. */
export type ToolMetadata<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> = Omit<
  ToolDefinition<Input, Output>,
  'run'
>;

// Properties that hold functions, not methods: parameters of methods are compared both ways, and a `run` that asks for more
// than the schemas promise would pass.
interface RunsAgent<Params extends z.ZodType, Input extends z.ZodType, Output extends z.ZodType> {
  readonly run: (
    context: AgentContext<z.output<Params>, z.output<Input>>,
  ) => Promise<z.input<Output>> | z.input<Output>;
}
interface RunsTool<Input extends z.ZodType, Output extends z.ZodType> {
  readonly run: (args: z.output<Input>, context: ToolContext) => Promise<z.input<Output>> | z.input<Output>;
}

type ClassOf<Instance> = abstract new (...args: never[]) => Instance;
type Marker<Instance> = <Target extends ClassOf<Instance>>(target: Target) => void;

// Known by name to every copy of this file: a plugin from a directory may bring its own.
const AGENT = Symbol.for('wand:agent');
const TOOL = Symbol.for('wand:tool');

/**
 * Makes a class an agent: a Nest provider, with a constructor that Nest fills, whose `run` must fit the schemas. It is
 * registered when a module that the application imports lists it among its providers.
 */
export function Agent<Params extends z.ZodType, Input extends z.ZodType, Output extends z.ZodType>(
  metadata: AgentMetadata<Params, Input, Output>,
): Marker<RunsAgent<Params, Input, Output>> {
  return (target) => mark(AGENT, metadata, target);
}

/** Makes a class a tool, in the way that `@Agent` makes one an agent. */
export function Tool<Input extends z.ZodType, Output extends z.ZodType>(
  metadata: ToolMetadata<Input, Output>,
): Marker<RunsTool<Input, Output>> {
  return (target) => mark(TOOL, metadata, target);
}

/** What `@Agent` said about a class; undefined for a class without it. A subclass does not inherit it. */
export function agentMetadataOf(target: object): AgentMetadata | undefined {
  return Reflect.getOwnMetadata(AGENT, target) as AgentMetadata | undefined;
}

/** What `@Tool` said about a class; undefined for a class without it. A subclass does not inherit it. */
export function toolMetadataOf(target: object): ToolMetadata | undefined {
  return Reflect.getOwnMetadata(TOOL, target) as ToolMetadata | undefined;
}

function mark(key: symbol, metadata: object, target: ClassOf<object>): void {
  Injectable()(target);
  Reflect.defineMetadata(key, metadata, target);
}

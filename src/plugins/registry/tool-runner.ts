import { Injectable } from '@nestjs/common';
import type { Json, JsonObject } from '../../executor/core/index.js';
import type { ToolContext } from '../sdk/index.js';
import { PluginRegistry } from './plugin-registry.js';
import { checkSchema, summariseIssues } from './schema-check.js';
import { ToolInputError, ToolNotAllowedError, ToolOutputError, UnknownToolError } from './tool.errors.js';

/** Calls tools for agents, with their schemas checked on both sides. */
@Injectable()
export class ToolRunner {
  constructor(private readonly registry: PluginRegistry) {}

  /**
   * Calls a tool and resolves to its result. What the tool itself throws comes through as it is.
   *
   * @param allowed Names of the tools that the agent may call; `*` stands for any.
   * @throws {UnknownToolError} naming the nearest known tool.
   * @throws {ToolNotAllowedError} if `allowed` does not list it.
   * @throws {ToolInputError} if `args` break the tool's input schema.
   * @throws {ToolOutputError} if the result breaks the tool's output schema.
   */
  async callTool(name: string, args: JsonObject, context: ToolContext, allowed: readonly string[]): Promise<Json> {
    const tool = this.registry.tool(name);
    if (tool === undefined) throw new UnknownToolError(name, this.registry.nearestTool(name));
    if (!allowed.includes(name) && !allowed.includes('*')) throw new ToolNotAllowedError(name);
    const input = checkSchema(tool.input, args);
    if (!input.ok) throw new ToolInputError(name, summariseIssues(input.issues, args, 'args'));
    context.signal.throwIfAborted();
    const result: unknown = await tool.run(input.value, toolContext(context));
    const output = checkSchema(tool.output, result);
    if (!output.ok) throw new ToolOutputError(name, summariseIssues(output.issues, result, 'result'));
    return output.value as Json;
  }
}

/** A tool sees nothing of the agent's own context but this. */
function toolContext(context: ToolContext): ToolContext {
  const { runId, nodeId, signal, idempotencyKey, artifacts } = context;
  return { runId, nodeId, signal, idempotencyKey, artifacts, log: (...line) => context.log(...line) };
}

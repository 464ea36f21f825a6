import { Injectable } from '@nestjs/common';
import { type AgentContract, type Fault, type JsonObject } from '../../executor/core/index.js';
import type { AgentDefinition, ToolDefinition } from '../sdk/index.js';
import { type ParamsCheckOptions, paramsFaults } from './check-params.js';
import { jsonSchemaOf } from './json-schemas.js';
import { keyContractOf } from './key-contract.js';
import { nearest } from './nearest.js';
import { checkSchema, describeIssue } from './schema-check.js';
import { PluginRegistrationError } from './registry.errors.js';

/** A registered agent with its schemas as JSON Schema 2020-12: params and input as they are given, output as it is yielded. */
export interface RegisteredAgent {
  readonly definition: AgentDefinition;
  readonly paramsSchema: JsonObject;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  readonly contract: AgentContract;
}

/** A registered tool with its schemas as JSON Schema 2020-12. */
export interface RegisteredTool {
  readonly definition: ToolDefinition;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
}

/** An output as the agent's schema makes it, or what is wrong with it; pointers start at the output. */
export type OutputCheck =
  { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly faults: readonly Fault[] };

/** Agents and tools that belong together. */
export interface PluginSet {
  readonly agents: readonly AgentDefinition[];
  readonly tools: readonly ToolDefinition[];
}

const NOTHING: PluginSet = { agents: [], tools: [] };
const AGENT_PREFIX = 'agent.';
const AGENT_TYPE = /^agent\.[a-z][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)*$/;
const TOOL_NAME = /^[a-z][a-z0-9_]*$/;
const MAX_NAME_LENGTH = 128;
const MAX_DESCRIPTION_LENGTH = 1_000;

/**
 * Every agent and tool of the process, by name. Decorated classes are registered while Nest starts; plain definitions at
 * any time, best before the first graph is created.
 */
@Injectable()
export class PluginRegistry {
  private agentsByType: ReadonlyMap<string, RegisteredAgent> = new Map();
  private toolsByName: ReadonlyMap<string, RegisteredTool> = new Map();

  private changes = 0;

  /** Rises with every change: what was worked out from a contract before may no longer hold. */
  get generation(): number {
    return this.changes;
  }

  /**
   * @throws {PluginRegistrationError} if the type is taken or malformed, the description is missing, or a schema cannot be
   *   written as JSON Schema.
   */
  registerAgent(definition: AgentDefinition): void {
    this.replace(NOTHING, { agents: [definition], tools: [] });
  }

  /** @throws {PluginRegistrationError} as `registerAgent` does. */
  registerTool(definition: ToolDefinition): void {
    this.replace(NOTHING, { agents: [], tools: [definition] });
  }

  /**
   * Puts `next` in the place of `old`, all of it or, if it throws, nothing. Attempts under way go on with what they began
   * with.
   *
   * @throws {PluginRegistrationError} as `registerAgent` does.
   */
  replace(old: PluginSet, next: PluginSet): void {
    const agents = new Map(this.agentsByType);
    const tools = new Map(this.toolsByName);
    for (const { type } of old.agents) agents.delete(type);
    for (const { name } of old.tools) tools.delete(name);
    for (const definition of next.agents) {
      requireFree(whereOfAgent(definition), agents.has(definition.type));
      agents.set(definition.type, toRegisteredAgent(definition));
    }
    for (const definition of next.tools) {
      requireFree(whereOfTool(definition), tools.has(definition.name));
      tools.set(definition.name, toRegisteredTool(definition));
    }
    this.agentsByType = agents;
    this.toolsByName = tools;
    this.changes += 1;
  }

  /** Undefined when no such agent is registered. */
  agent(type: string): AgentDefinition | undefined {
    return this.agentsByType.get(type)?.definition;
  }

  /** Undefined when no such tool is registered. */
  tool(name: string): ToolDefinition | undefined {
    return this.toolsByName.get(name)?.definition;
  }

  /** The registered type that `type` most probably is a misspelling of. */
  nearestAgent(type: string): string | undefined {
    const names = [...this.agentsByType.keys()].map(withoutPrefix);
    const found = nearest(withoutPrefix(type), names);
    return found === undefined ? undefined : AGENT_PREFIX + found;
  }

  /** The registered tool that `name` most probably is a misspelling of. */
  nearestTool(name: string): string | undefined {
    return nearest(name, [...this.toolsByName.keys()]);
  }

  /** All agents, sorted by type. */
  agents(): readonly RegisteredAgent[] {
    return sortedBy([...this.agentsByType.values()], ({ definition }) => definition.type);
  }

  /** All tools, sorted by name. */
  tools(): readonly RegisteredTool[] {
    return sortedBy([...this.toolsByName.values()], ({ definition }) => definition.name);
  }

  /** What an agent takes, as far as deciding needs it; undefined when no such agent is registered. */
  contract(type: string): AgentContract | undefined {
    return this.agentsByType.get(type)?.contract;
  }

  /**
   * What is wrong with a node's params, as far as it can be told before a run; pointers start at the params. Nothing is
   * said of an unknown type.
   */
  checkParams(type: string, params: JsonObject, options: ParamsCheckOptions): readonly Fault[] {
    const agent = this.agentsByType.get(type);
    if (agent === undefined) return [];
    return paramsFaults(agent.definition.params, agent.contract.params, params, options);
  }

  /** Checks an output that no attempt has made. Nothing is said of an unknown type. */
  checkOutput(type: string, output: unknown): OutputCheck {
    const agent = this.agentsByType.get(type);
    if (agent === undefined) return { ok: true, output };
    const checked = checkSchema(agent.definition.output, output);
    if (checked.ok) return { ok: true, output: checked.value };
    return { ok: false, faults: checked.issues.flatMap((issue) => describeIssue(issue, output)) };
  }
}

function whereOfAgent({ type }: AgentDefinition): string {
  return `agent ${JSON.stringify(type)}`;
}

function whereOfTool({ name }: ToolDefinition): string {
  return `tool ${JSON.stringify(name)}`;
}

function toRegisteredAgent(definition: AgentDefinition): RegisteredAgent {
  const { type, description, params, input, output, timeoutSec } = definition;
  const where = whereOfAgent(definition);
  requireName(where, type, AGENT_TYPE, '"agent." and a name of a-z, 0-9, "_" and "-", such as "agent.fetch"');
  requireDescription(where, description);
  requireTimeout(where, timeoutSec);
  const paramsSchema = jsonSchemaOf(params, 'input', `the params schema of ${where}`);
  const inputSchema = jsonSchemaOf(input, 'input', `the input schema of ${where}`);
  return {
    definition,
    paramsSchema,
    inputSchema,
    outputSchema: jsonSchemaOf(output, 'output', `the output schema of ${where}`),
    contract: { params: keyContractOf(paramsSchema), input: keyContractOf(inputSchema), timeoutSec },
  };
}

function toRegisteredTool(definition: ToolDefinition): RegisteredTool {
  const { name, description, input, output } = definition;
  const where = whereOfTool(definition);
  requireName(where, name, TOOL_NAME, 'a name of a-z, 0-9 and "_", such as "http_fetcher"');
  requireDescription(where, description);
  return {
    definition,
    inputSchema: jsonSchemaOf(input, 'input', `the input schema of ${where}`),
    outputSchema: jsonSchemaOf(output, 'output', `the output schema of ${where}`),
  };
}

function requireName(where: string, name: string, pattern: RegExp, takes: string): void {
  if (name.length <= MAX_NAME_LENGTH && pattern.test(name)) return;
  throw new PluginRegistrationError(`${where} has no valid name: use ${takes}, at most ${MAX_NAME_LENGTH} characters`);
}

function requireDescription(where: string, description: string): void {
  if (description.trim() !== '' && description.length <= MAX_DESCRIPTION_LENGTH) return;
  throw new PluginRegistrationError(`${where} needs a description of 1 to ${MAX_DESCRIPTION_LENGTH} characters`);
}

function requireTimeout(where: string, timeoutSec: number | null | undefined): void {
  if (timeoutSec === undefined || timeoutSec === null || timeoutSec > 0) return;
  throw new PluginRegistrationError(`${where} has timeoutSec ${timeoutSec}: use seconds above 0, or null for no bound`);
}

function requireFree(where: string, isTaken: boolean): void {
  if (!isTaken) return;
  throw new PluginRegistrationError(
    `${where} is registered twice: rename one of the two, or list its class in one module only`,
  );
}

function withoutPrefix(type: string): string {
  return type.startsWith(AGENT_PREFIX) ? type.slice(AGENT_PREFIX.length) : type;
}

function sortedBy<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

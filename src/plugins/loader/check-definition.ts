import type { AgentDefinition, ToolDefinition } from '../sdk/index.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * What the types of TypeScript promise, checked for those who write without them; the registry checks the rest.
 *
 * @throws {TypeError} naming the field.
 */
export function checkAgent(agent: AgentDefinition): AgentDefinition {
  const { type, description, params, input, output, tools, timeoutSec } = agent as unknown as Fields;
  const what = `agent ${JSON.stringify(type)}`;
  requireText(what, { type, description });
  requireSchemas(what, { params, input, output });
  if (tools !== undefined && !(Array.isArray(tools) && tools.every((name) => typeof name === 'string'))) {
    throw new TypeError(`${what}: tools must be an array of names of tools`);
  }
  if (timeoutSec !== undefined && timeoutSec !== null && typeof timeoutSec !== 'number') {
    throw new TypeError(`${what}: timeoutSec must be a number of seconds, or null for no bound`);
  }
  return agent;
}

/** @throws {TypeError} as `checkAgent` does. */
export function checkTool(tool: ToolDefinition): ToolDefinition {
  const { name, description, input, output } = tool as unknown as Fields;
  const what = `tool ${JSON.stringify(name)}`;
  requireText(what, { name, description });
  requireSchemas(what, { input, output });
  return tool;
}

function requireText(what: string, fields: Fields): void {
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== 'string') throw new TypeError(`${what}: ${name} must be a text`);
  }
}

function requireSchemas(what: string, fields: Fields): void {
  for (const [name, value] of Object.entries(fields)) {
    if (!isSchema(value)) throw new TypeError(`${what}: ${name} must be a schema of zod 4, such as z.strictObject({})`);
  }
}

function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value && 'safeParse' in value;
}

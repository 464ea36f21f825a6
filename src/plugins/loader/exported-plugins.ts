import {
  type AgentDefinition,
  PLUGIN_SDK,
  type ToolDefinition,
  agentMetadataOf,
  toolMetadataOf,
} from '../sdk/index.js';
import { type PluginSet, definitionsOf } from '../registry/index.js';
import { checkAgent, checkTool } from './check-definition.js';

type Exports = Readonly<Record<string, unknown>>;
type Constructor = new () => object;

const NOTHING: PluginSet = { agents: [], tools: [] };

/**
 * The agents and tools that a module exports: definitions, decorated classes and arrays of them, under any name; and what
 * its default export makes of the SDK, when that is a function. Whatever else it exports is left alone.
 *
 * @throws if there is none, or one of them is malformed.
 */
export async function exportedPlugins(exports: Exports): Promise<PluginSet> {
  const { default: main, ...named } = exports;
  const value = transpiledDefault(main);
  const made = isFactory(value) ? await value(PLUGIN_SDK) : value;
  // A module of CommonJS shows the same under its names and as its default.
  const values = new Set([...partsOf(made), ...Object.values(named).flatMap(partsOf)]);
  const sets = [...values].map(pluginOf);
  const all = { agents: sets.flatMap(({ agents }) => agents), tools: sets.flatMap(({ tools }) => tools) };
  if (all.agents.length + all.tools.length === 0) throw new TypeError('it exports no agent and no tool');
  return all;
}

/** An array stands for its elements, an object that defines nothing itself for what it holds. */
function partsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isPlainObject(value) && !('run' in value) ? Object.values(value) : [value];
}

/** What was written as `export default` where a compiler made CommonJS of it. */
function transpiledDefault(value: unknown): unknown {
  return isPlainObject(value) && value['__esModule'] === true ? value['default'] : value;
}

function pluginOf(value: unknown): PluginSet {
  if (isDecorated(value)) return definitionsOf(value, instanceOf(value));
  if (!isPlainObject(value) || typeof value['run'] !== 'function') return NOTHING;
  if ('type' in value) return { agents: [checkAgent(value as unknown as AgentDefinition)], tools: [] };
  if ('name' in value) return { agents: [], tools: [checkTool(value as unknown as ToolDefinition)] };
  throw new TypeError('an object with run has neither a type, as an agent has, nor a name, as a tool has');
}

function isFactory(value: unknown): value is (sdk: typeof PLUGIN_SDK) => unknown {
  if (typeof value !== 'function' || isDecorated(value)) return false;
  if (!/^class\b/.test(Function.prototype.toString.call(value))) return true;
  throw new TypeError(`the class ${value.name} has neither @Agent nor @Tool`);
}

function isDecorated(value: unknown): value is Constructor {
  return typeof value === 'function' && (agentMetadataOf(value) ?? toolMetadataOf(value)) !== undefined;
}

function instanceOf(target: Constructor): object {
  if (target.length === 0) return new target();
  throw new TypeError(`the constructor of ${target.name} takes arguments: a plugin from a directory gets none`);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

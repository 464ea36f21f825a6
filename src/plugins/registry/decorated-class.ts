import { agentMetadataOf, toolMetadataOf } from '../sdk/index.js';
import type { PluginSet } from './plugin-registry.js';
import { PluginRegistrationError } from './registry.errors.js';

type Run = (...args: readonly unknown[]) => unknown;

/**
 * What `@Agent` and `@Tool` made of a class, of which `instance` is one.
 *
 * @throws {PluginRegistrationError} if it has no `run`.
 */
export function definitionsOf(target: object, instance: object): PluginSet {
  const [agent, tool] = [agentMetadataOf(target), toolMetadataOf(target)];
  if (agent === undefined && tool === undefined) return { agents: [], tools: [] };
  const run = runOf(instance);
  return {
    agents: agent === undefined ? [] : [{ ...agent, run: async (context) => run(context) }],
    tools: tool === undefined ? [] : [{ ...tool, run: async (args, context) => run(args, context) }],
  };
}

function runOf(instance: object): Run {
  const { run } = instance as { readonly run?: unknown };
  if (typeof run !== 'function') {
    throw new PluginRegistrationError(`${instance.constructor.name} has no run method: give it one`);
  }
  return (...args) => Reflect.apply(run, instance, args) as unknown;
}

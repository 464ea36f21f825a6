import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import {
  type AgentDefinition,
  type AgentMetadata,
  type ToolDefinition,
  type ToolMetadata,
  agentMetadataOf,
  toolMetadataOf,
} from '../sdk/index.js';
import { PluginRegistry } from './plugin-registry.js';
import { PluginRegistrationError } from './registry.errors.js';

type Run = (...args: readonly unknown[]) => unknown;
type ProviderWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Registers every provider of the application that `@Agent` or `@Tool` marks. */
@Injectable()
export class PluginDiscovery implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly registry: PluginRegistry,
  ) {}

  onModuleInit(): void {
    // One instance may stand under several tokens (`useExisting`).
    const seen = new Set<unknown>();
    for (const wrapper of this.discovery.getProviders()) {
      const target = markedClassOf(wrapper);
      if (target === undefined) continue;
      if (!wrapper.isDependencyTreeStatic() || wrapper.isTransient) throw notASingleton(target);
      if (seen.has(wrapper.instance)) continue;
      seen.add(wrapper.instance);
      this.register(target, wrapper.instance as object);
    }
  }

  private register(target: object, instance: object): void {
    const agent = agentMetadataOf(target);
    if (agent !== undefined) this.registry.registerAgent(agentOf(agent, instance));
    const tool = toolMetadataOf(target);
    if (tool !== undefined) this.registry.registerTool(toolOf(tool, instance));
  }
}

/** The decorated class behind a provider, whether Nest was given the class, a value or a factory. */
function markedClassOf({ instance, metatype }: ProviderWrapper): (new () => unknown) | undefined {
  const made = typeof instance === 'object' && instance !== null ? (instance as object).constructor : undefined;
  const candidates = [made, metatype].filter((candidate) => typeof candidate === 'function');
  return candidates.find((candidate) => agentMetadataOf(candidate) ?? toolMetadataOf(candidate)) as
    (new () => unknown) | undefined;
}

function agentOf(metadata: AgentMetadata, instance: object): AgentDefinition {
  const run = runOf(instance);
  return { ...metadata, run: async (context) => run(context) };
}

function toolOf(metadata: ToolMetadata, instance: object): ToolDefinition {
  const run = runOf(instance);
  return { ...metadata, run: async (args, context) => run(args, context) };
}

function runOf(instance: object): Run {
  const { run } = instance as { readonly run?: unknown };
  if (typeof run !== 'function') {
    throw new PluginRegistrationError(`${instance.constructor.name} has no run method: give it one`);
  }
  return (...args) => Reflect.apply(run, instance, args) as unknown;
}

function notASingleton(target: new () => unknown): PluginRegistrationError {
  return new PluginRegistrationError(
    `${target.name} is request-scoped or transient, or depends on something that is: agents and tools live as long as the process`,
  );
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { agentMetadataOf, toolMetadataOf } from '../sdk/index.js';
import { definitionsOf } from './decorated-class.js';
import { PluginRegistry } from './plugin-registry.js';
import { PluginRegistrationError } from './registry.errors.js';

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
      this.registry.replace({ agents: [], tools: [] }, definitionsOf(target, wrapper.instance as object));
    }
  }
}

/** The decorated class behind a provider, whether Nest was given the class, a value or a factory. */
function markedClassOf({ instance, metatype }: ProviderWrapper): (new () => unknown) | undefined {
  const made = typeof instance === 'object' && instance !== null ? (instance as object).constructor : undefined;
  const candidates = [made, metatype].filter((candidate) => typeof candidate === 'function');
  return candidates.find((candidate) => agentMetadataOf(candidate) ?? toolMetadataOf(candidate)) as
    (new () => unknown) | undefined;
}

function notASingleton(target: new () => unknown): PluginRegistrationError {
  return new PluginRegistrationError(
    `${target.name} is request-scoped or transient, or depends on something that is: agents and tools live as long as the process`,
  );
}

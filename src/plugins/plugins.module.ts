import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import {
  AnalyzeAgent,
  ChartAgent,
  DelayAgent,
  EchoAgent,
  FetchAgent,
  ToolAgent,
  TransformAgent,
} from './builtin/agents/index.js';
import { ChartGenerator, EgressGuard, HttpFetcher, HttpPolicy } from './builtin/tools/index.js';
import { PluginsController } from './plugins.controller.js';
import { PluginDiscovery, PluginRegistry, ToolRunner } from './registry/index.js';

const BUILTIN_AGENTS = [AnalyzeAgent, ChartAgent, DelayAgent, EchoAgent, FetchAgent, ToolAgent, TransformAgent];
const BUILTIN_TOOLS = [ChartGenerator, HttpFetcher];

/** What `forRootAsync` takes: how the policy comes out of the configuration. */
export type HttpPolicyFactory = Pick<FactoryProvider<HttpPolicy>, 'inject' | 'useFactory'>;

/** The registry with the built-in agents and tools. Import it plainly wherever the registry is used. */
@Module({
  imports: [DiscoveryModule],
  controllers: [PluginsController],
  providers: [PluginRegistry, PluginDiscovery, ToolRunner, EgressGuard, ...BUILTIN_AGENTS, ...BUILTIN_TOOLS],
  exports: [PluginRegistry, ToolRunner, EgressGuard],
})
export class PluginsModule {
  /** For the root module, once: gives the plugins their policy. Importing it does what importing `PluginsModule` does. */
  static forRootAsync(policy: HttpPolicyFactory): DynamicModule {
    return {
      module: PluginsRootModule,
      imports: [PluginsModule],
      providers: [{ provide: HttpPolicy, ...policy }],
      exports: [HttpPolicy, PluginsModule],
      global: true,
    };
  }
}

/**
 * Holds what the root gives. It is a class of its own, because a dynamic and a plain import of one class would be two
 * modules with two registries.
 */
@Module({})
class PluginsRootModule {}

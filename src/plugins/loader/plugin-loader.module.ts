import { resolve } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import type { LoadedConfig } from '../../config/index.js';
import { PluginsModule } from '../plugins.module.js';
import { PluginLoader } from './plugin-loader.js';
import { PLUGIN_TYPES, PluginLoaderOptions } from './plugin-loader.options.js';

/** Loads plugins from directories, if the configuration says so; else nothing. */
@Module({})
export class PluginLoaderModule {
  static forRoot({ config, source }: Pick<LoadedConfig, 'config' | 'source'>): DynamicModule {
    const { enableDynamicLoading, pluginDirectories, allowedPluginTypes, pluginTimeoutSec, enableHotReload } =
      config.plugins;
    if (!enableDynamicLoading) return { module: PluginLoaderModule };
    const options = new PluginLoaderOptions(
      pluginDirectories.map((directory) => resolve(source.cwd, directory)),
      PLUGIN_TYPES.filter((type) => allowedPluginTypes.includes(type)),
      pluginTimeoutSec,
      enableHotReload,
    );
    return {
      module: PluginLoaderModule,
      imports: [PluginsModule],
      providers: [{ provide: PluginLoaderOptions, useValue: options }, PluginLoader],
    };
  }
}

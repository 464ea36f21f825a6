import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type PluginSet, PluginRegistry } from '../registry/index.js';
import { DirectoryWatch } from './directory-watch.js';
import { exportedPlugins } from './exported-plugins.js';
import { importModule } from './import-module.js';
import { reasonOf } from './load-fault.js';
import { type PluginFault, PluginLoadError, faultLine } from './loader.errors.js';
import { type PluginEntry, pluginEntries } from './plugin-entries.js';
import { PluginLoaderOptions } from './plugin-loader.options.js';
import { within } from './within.js';

interface LoadedFile {
  readonly signature: string;
  readonly plugins: PluginSet;
}

const NOTHING: PluginSet = { agents: [], tools: [] };

/**
 * Brings the plugins of directories into the registry: when the application starts, before it takes any work, and again
 * when their files change, if that is wanted.
 */
@Injectable()
export class PluginLoader implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(PluginLoader.name);
  /** What each file brought, by its path, and how it looked then. */
  private readonly files = new Map<string, LoadedFile>();
  /** Times that anything was loaded again. */
  private reloads = 0;
  private watch: DirectoryWatch | undefined;

  constructor(
    private readonly registry: PluginRegistry,
    private readonly options: PluginLoaderOptions,
  ) {}

  /** @throws {PluginLoadError} with every file that cannot be loaded: a graph may rely on what it should have brought. */
  async onApplicationBootstrap(): Promise<void> {
    const faults = await this.loadAll();
    if (faults.length > 0) throw new PluginLoadError(faults);
    if (!this.options.isHot) return;
    this.watch = new DirectoryWatch(this.options.directories, () => this.reload());
    this.watch.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.watch?.stop();
  }

  private async loadAll(): Promise<PluginFault[]> {
    const faults: PluginFault[] = [];
    for (const directory of this.options.directories) {
      try {
        for (const entry of await pluginEntries(directory)) faults.push(...(await this.load(entry, 0)));
      } catch (error) {
        faults.push({ path: directory, reason: `the directory cannot be read: ${reasonOf(error, directory)}` });
      }
    }
    return faults;
  }

  /** Takes up what has changed since. A file that cannot be loaded now leaves what it brought before. */
  private async reload(): Promise<void> {
    this.reloads += 1;
    const found = new Set<string>();
    for (const directory of this.options.directories) {
      for (const entry of await pluginEntries(directory)) {
        found.add(entry.path);
        if (this.files.get(entry.path)?.signature === entry.signature) continue;
        for (const fault of await this.load(entry, this.reloads))
          this.logger.error(`${faultLine(fault)}; left as it was`);
      }
    }
    for (const [path, { plugins }] of this.files) {
      if (found.has(path)) continue;
      this.registry.replace(plugins, NOTHING);
      this.files.delete(path);
      this.logger.log(`plugin ${path} is gone`);
    }
  }

  private async load({ path, signature }: PluginEntry, version: number): Promise<PluginFault[]> {
    const before = this.files.get(path)?.plugins ?? NOTHING;
    try {
      const plugins = await within(this.options.timeoutSec, async () =>
        exportedPlugins(await importModule(path, version)),
      );
      this.requireAllowed(plugins);
      this.registry.replace(before, plugins);
      this.files.set(path, { signature, plugins });
      this.logger.log(`plugin ${path} brings ${namesOf(plugins).join(', ')}`);
      return [];
    } catch (error) {
      // Not tried again before it changes.
      this.files.set(path, { signature, plugins: before });
      return [{ path, reason: reasonOf(error, path) }];
    }
  }

  private requireAllowed({ agents, tools }: PluginSet): void {
    const { allowedTypes } = this.options;
    const refused = [
      ...(allowedTypes.includes('agent') ? [] : agents.map(({ type }) => `agent ${JSON.stringify(type)}`)),
      ...(allowedTypes.includes('tool') ? [] : tools.map(({ name }) => `tool ${JSON.stringify(name)}`)),
    ];
    if (refused.length === 0) return;
    throw new TypeError(`it brings ${refused.join(', ')}, which PLUGINS__ALLOWED_PLUGIN_TYPES does not allow`);
  }
}

function namesOf({ agents, tools }: PluginSet): string[] {
  return [...agents.map(({ type }) => type), ...tools.map(({ name }) => name)];
}

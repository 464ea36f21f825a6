import { FlagKey, ListKey, NumberKey } from '../schema/keys.js';

/** `PLUGINS__…` */
export class PluginsConfig {
  @ListKey('ALLOWED_ENV', {
    pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
    takes: 'a JSON array of names of environment variables',
    description: 'Environment variables that templates in params may read as ${ env.NAME }.',
  })
  readonly allowedEnv: readonly string[] = [];

  @FlagKey('ENABLE_DYNAMIC_LOADING', {
    description:
      'Loads agents and tools from PLUGINS__PLUGIN_DIRECTORIES at the start. They run with all the rights of the service.',
  })
  readonly enableDynamicLoading: boolean = false;

  @ListKey('PLUGIN_DIRECTORIES', {
    pattern: /^\S(?:.*\S)?$/,
    takes: 'a JSON array of paths of folders',
    description:
      'Folders whose .js, .mjs and .cjs files, and packages, are plugins; relative ones to the working directory.',
  })
  readonly pluginDirectories: readonly string[] = [];

  @ListKey('ALLOWED_PLUGIN_TYPES', {
    pattern: /^(?:agent|tool)$/,
    takes: 'a JSON array of "agent" and "tool"',
    description: 'What plugins from directories may bring.',
  })
  readonly allowedPluginTypes: readonly string[] = ['agent', 'tool'];

  @NumberKey('PLUGIN_TIMEOUT_SEC', {
    min: 0.1,
    max: 3600,
    unit: 'seconds',
    description: 'How long loading one file of a plugin directory may take.',
  })
  readonly pluginTimeoutSec: number = 60;

  @FlagKey('ENABLE_HOT_RELOAD', {
    description: 'Loads plugins again when their files change. In development and testing only.',
  })
  readonly enableHotReload: boolean = false;
}

export { PluginLoadError } from './loader.errors.js';
export { PluginLoaderModule } from './plugin-loader.module.js';

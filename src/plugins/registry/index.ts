export { type ParamsCheckOptions } from './check-params.js';
export { definitionsOf } from './decorated-class.js';
export { PluginDiscovery } from './plugin-discovery.js';
export { type RegisteredAgent, type RegisteredTool, type PluginSet, PluginRegistry } from './plugin-registry.js';
export { PluginRegistrationError } from './registry.errors.js';
export { checkSchema, summariseIssues } from './schema-check.js';
export { ToolRunner } from './tool-runner.js';
export { ToolInputError, ToolNotAllowedError, ToolOutputError, UnknownToolError } from './tool.errors.js';

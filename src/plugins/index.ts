export { EgressGuard, HttpPolicy } from './builtin/tools/index.js';
export { PluginLoadError, PluginLoaderModule } from './loader/index.js';
export { type HttpPolicyFactory, PluginsModule } from './plugins.module.js';
export {
  type ParamsCheckOptions,
  type RegisteredAgent,
  type RegisteredTool,
  PluginRegistrationError,
  PluginRegistry,
  ToolInputError,
  ToolNotAllowedError,
  ToolOutputError,
  ToolRunner,
  UnknownToolError,
  checkSchema,
  summariseIssues,
} from './registry/index.js';
export {
  type AgentContext,
  type AgentDefinition,
  type ArtifactWriter,
  type StoredArtifact,
  type ToolContext,
  type ToolDefinition,
  Agent,
  AgentError,
  NonRetryableError,
  Tool,
  anyJson,
  anyObject,
  defineAgent,
  defineTool,
} from './sdk/index.js';

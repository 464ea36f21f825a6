export { type AgentContext, type ArtifactWriter, type StoredArtifact, type ToolContext } from './context.js';
export { type AgentMetadata, type ToolMetadata, Agent, Tool, agentMetadataOf, toolMetadataOf } from './decorators.js';
export { type AgentDefinition, type ToolDefinition, defineAgent, defineTool } from './define.js';
export { AgentError, NonRetryableError } from './errors.js';
export { PLUGIN_SDK, type PluginFactory, type PluginSdk } from './plugin-sdk.js';
export { anyJson, anyObject } from './schemas.js';

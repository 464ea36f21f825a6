import { z } from 'zod';
import { type AgentDefinition, type ToolDefinition, defineAgent, defineTool } from './define.js';
import { AgentError, NonRetryableError } from './errors.js';
import { anyJson, anyObject } from './schemas.js';

/** All that an agent or a tool is written with. A plugin from a directory is handed it, and so needs no dependency. */
export const PLUGIN_SDK = { defineAgent, defineTool, AgentError, NonRetryableError, anyJson, anyObject, z } as const;
export type PluginSdk = typeof PLUGIN_SDK;

type Definition = AgentDefinition | ToolDefinition;

/** What a file of a plugin directory exports by default, when it wants to be handed the SDK. */
export type PluginFactory = (
  sdk: PluginSdk,
) => Definition | readonly Definition[] | Promise<Definition | readonly Definition[]>;

import { z } from 'zod';
import { type Json, type JsonObject, overlay } from '../../../executor/core/index.js';
import { Agent, type AgentContext, anyJson, anyObject } from '../../sdk/index.js';

const params = z.strictObject({
  tool: z.string().min(1).max(128).meta({ description: 'Name of a registered tool; GET /plugins/tools lists them.' }),
  args: anyObject.optional().meta({ description: 'Arguments of the tool; the input overlays them.' }),
});

/** Calls any registered tool. */
@Agent({
  type: 'agent.tool',
  description: 'Calls a registered tool with its args overlaid by its input and answers the result.',
  params,
  input: anyObject,
  output: anyJson,
  tools: ['*'],
})
export class ToolAgent {
  run({ params: { tool, args }, input, callTool }: AgentContext<z.output<typeof params>, JsonObject>): Promise<Json> {
    return callTool(tool, overlay(args ?? {}, input));
  }
}

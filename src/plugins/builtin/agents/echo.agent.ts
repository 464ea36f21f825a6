import { type JsonObject, overlay } from '../../../executor/core/index.js';
import { Agent, type AgentContext, anyObject } from '../../sdk/index.js';

/** Answers what it is given. */
@Agent({
  type: 'agent.echo',
  description: 'Answers its params overlaid by its input.',
  params: anyObject,
  input: anyObject,
  output: anyObject,
})
export class EchoAgent {
  run({ params, input }: AgentContext<JsonObject, JsonObject>): JsonObject {
    return overlay(params, input);
  }
}

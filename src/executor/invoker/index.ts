export {
  AgentInvoker,
  type AttemptHandle,
  type AttemptListener,
  type Invocation,
  type RemoteAttemptListener,
  RemoteAttempts,
} from './agent-invoker.js';
export { type AgentOutput } from './agent-output.js';
export { InlineAgentInvoker } from './inline-agent-invoker.js';
export { InvokerOptions } from './invoker-options.js';

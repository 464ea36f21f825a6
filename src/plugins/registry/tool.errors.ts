import { AgentError } from '../sdk/index.js';
import { didYouMean } from './nearest.js';

/** An agent asked for a tool that is not registered. */
export class UnknownToolError extends AgentError {
  constructor(
    readonly tool: string,
    suggestion: string | undefined,
  ) {
    super(`no tool "${tool}" is registered${didYouMean(suggestion)}`, { type: 'UnknownToolError', retryable: false });
  }
}

/** An agent asked for a tool that its definition does not list. */
export class ToolNotAllowedError extends AgentError {
  constructor(readonly tool: string) {
    super(`the agent may not call the tool "${tool}": list it in the agent's tools`, {
      type: 'ToolNotAllowedError',
      retryable: false,
    });
  }
}

/** The arguments break the tool's input schema. */
export class ToolInputError extends AgentError {
  constructor(
    readonly tool: string,
    faults: string,
  ) {
    super(`bad arguments for the tool "${tool}": ${faults}`, { type: 'ToolInputError', retryable: false });
  }
}

/** What the tool returned breaks its own output schema. */
export class ToolOutputError extends AgentError {
  constructor(
    readonly tool: string,
    faults: string,
  ) {
    super(`the tool "${tool}" returned what its schema does not allow: ${faults}`, {
      type: 'ToolOutputError',
      retryable: false,
    });
  }
}

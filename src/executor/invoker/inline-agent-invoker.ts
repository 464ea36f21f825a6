import { Injectable } from '@nestjs/common';
import { SecretRegistry } from '../../config/index.js';
import {
  type AttemptFailure,
  type Json,
  type JsonObject,
  type RunId,
  epochMs,
  isJsonObject,
  storableJson,
  storableText,
} from '../core/index.js';
import {
  type AgentContext,
  type AgentDefinition,
  AgentError,
  PluginRegistry,
  ToolRunner,
} from '../../plugins/index.js';
import { withLogContext } from '../../observability/core/index.js';
import { ArtifactRepository } from '../../storage/index.js';
import { Clock } from '../clock.js';
import { AgentInvoker, type AttemptHandle, type AttemptListener, type Invocation } from './agent-invoker.js';
import { type AgentOutput, type OutputRules, toAgentOutput } from './agent-output.js';
import { RunArtifactWriter } from './artifact-writer.js';
import { Attempt } from './attempt.js';
import { InvokerOptions } from './invoker-options.js';
import { parseWith } from './parse-with.js';

/** Runs agents in the process itself, on the event loop. */
@Injectable()
export class InlineAgentInvoker extends AgentInvoker {
  private readonly outputRules: OutputRules;

  constructor(
    private readonly registry: PluginRegistry,
    private readonly tools: ToolRunner,
    private readonly artifacts: ArtifactRepository,
    private readonly clock: Clock,
    private readonly options: InvokerOptions,
    private readonly secrets: SecretRegistry,
  ) {
    super();
    this.outputRules = { limits: options.output, secrets };
  }

  override invoke(invocation: Invocation, listener: AttemptListener): AttemptHandle {
    const attempt = new Attempt(invocation, listener);
    const { runId: run_id, nodeId: node_id, attempt: number } = invocation;
    withLogContext({ run_id, node_id, attempt: number }, () => this.run(invocation, attempt)).then(
      (output) => attempt.succeeded(output),
      (error: unknown) => attempt.failed(this.toFailure(error)),
    );
    return attempt;
  }

  private async run(invocation: Invocation, attempt: Attempt): Promise<AgentOutput> {
    const definition = this.registry.agent(invocation.agentType);
    if (definition === undefined) throw this.unknownAgent(invocation.agentType);
    const context = this.contextOf(invocation, definition, attempt);
    const output = parseWith(definition.output, await definition.run(context), 'InvalidOutput', 'output');
    return toAgentOutput(output, invocation, this.outputRules);
  }

  private contextOf(invocation: Invocation, definition: AgentDefinition, attempt: Attempt): AgentContext {
    const { runId, nodeId } = invocation;
    const context: AgentContext = {
      runId,
      nodeId,
      params: parseWith(definition.params, invocation.params, 'InvalidParams', 'params'),
      input: parseWith(definition.input, invocation.input, 'InvalidInput', 'input'),
      upstream: invocation.upstream,
      attempt: invocation.attempt,
      firstStartedAt: invocation.firstStartedAt,
      idempotencyKey: invocation.idempotencyKey,
      signal: attempt.signal,
      artifacts: this.artifactWriter({ runId, nodeId }),
      now: () => this.clock.now() + invocation.clockAheadMs,
      log: (level, message, data) => {
        attempt.logged(level, this.secrets.text(message), data === undefined ? undefined : this.secrets.object(data));
      },
      progress: (percent, message) => {
        attempt.progressed(percent, message === undefined ? undefined : this.secrets.text(message));
      },
      suspend: (until) => attempt.suspended(epochMs(Math.ceil(until))),
      callTool: (name, args) => this.tools.callTool(name, args, context, definition.tools ?? []),
    };
    return context;
  }

  private artifactWriter(owner: { readonly runId: RunId; readonly nodeId: string }): RunArtifactWriter {
    const { maxArtifactBytes } = this.options;
    return new RunArtifactWriter(this.artifacts, this.clock, owner, {
      maxBytes: maxArtifactBytes,
      secrets: this.secrets,
    });
  }

  private unknownAgent(type: string): AgentError {
    const nearest = this.registry.nearestAgent(type);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    return new AgentError(`no agent of type "${type}" is registered${hint}`, {
      type: 'UnknownAgent',
      retryable: false,
    });
  }

  private toFailure(error: unknown): AttemptFailure {
    const failure = failureOf(error);
    const details = failure.details === undefined ? undefined : this.plainDetails(failure.details);
    const text = (given: string): string => storableText(this.secrets.text(given));
    return { ...failure, type: text(failure.type), message: text(failure.message), details };
  }

  /** A copy that is JSON whatever the agent put together; undefined if it is none. */
  private plainDetails(details: JsonObject): JsonObject | undefined {
    try {
      const text = JSON.stringify(details);
      const plain = JSON.parse(text) as Json;
      if (!isJsonObject(plain)) return undefined;
      const storable = storableJson(plain, text);
      return this.secrets.isIn(text) ? this.secrets.object(storable) : storable;
    } catch {
      return undefined;
    }
  }
}

function failureOf(error: unknown): AttemptFailure {
  if (error instanceof AgentError) {
    const { type, message, retryable, details, retryAfterMs } = error;
    return { type, message, retryable, details, retryAfterMs };
  }
  if (error instanceof Error) return { type: error.name, message: error.message, retryable: true };
  return { type: 'Error', message: `the agent threw ${typeof error}, not an Error`, retryable: true };
}

import { type Json, outputFileName } from '../../../src/executor/core/index.js';
import {
  AgentInvoker,
  type AgentOutput,
  type AttemptHandle,
  type AttemptListener,
  type Invocation,
} from '../../../src/executor/invoker/index.js';
import { LargeOutput } from '../../../src/executor/outputs/index.js';
import { diceFrom } from '../../support/dice.js';
import type { Agents } from '../simulation.js';
import type { DurableStore } from './durable-store.js';
import type { Owner, VirtualTime } from './virtual-time.js';
import type { Witness } from './witness.js';

export interface InvokerParts {
  readonly time: VirtualTime;
  readonly owner: Owner;
  readonly store: DurableStore;
  readonly witness: Witness;
  readonly agents: Agents;
}

/** Performs attempts in virtual time, as the scenario says that they go; some report on themselves on the way. */
export class SimulatedInvoker extends AgentInvoker {
  constructor(private readonly parts: InvokerParts) {
    super();
  }

  override invoke(invocation: Invocation, listener: AttemptListener): AttemptHandle {
    const { time, owner, witness } = this.parts;
    const { runId, nodeId, attempt, input, params, upstream = {} } = invocation;
    witness.sawInvocation(invocation);
    const tryNumber = attempt - (this.parts.store.recordOf(runId, nodeId)?.interruptions ?? 0);
    const performance = this.parts.agents({ nodeId, tryNumber, gathered: { input, params }, upstream });
    const { durationMs, stopsAfterMs, end } = performance;
    let isOpen = true;
    let isAborted = false;
    const close = (): boolean => {
      const wasOpen = isOpen;
      isOpen = false;
      if (wasOpen) witness.sawAttemptEnd();
      return wasOpen;
    };
    this.report(invocation, durationMs, () => isOpen, listener);
    time.schedule(durationMs, owner, () => {
      if (!close()) return;
      if (end.kind === 'success') listener.succeeded(outputOf(invocation, end.output));
      else listener.failed(end.failure);
    });
    return {
      abandon: () => void close(),
      abort: () => {
        if (isAborted || stopsAfterMs === null) return;
        isAborted = true;
        time.schedule(stopsAfterMs, owner, () => {
          if (close()) listener.failed({ type: 'AbortError', message: 'told to stop', retryable: true });
        });
      },
    };
  }

  private report({ nodeId, attempt }: Invocation, withinMs: number, isOpen: () => boolean, to: AttemptListener): void {
    const roll = diceFrom(`report ${nodeId} ${attempt}`);
    if (roll() < 0.7) return;
    this.parts.time.schedule(roll() * withinMs, this.parts.owner, () => {
      if (!isOpen()) return;
      to.logged('info', 'under way');
      to.progressed(Math.floor(roll() * 100));
    });
  }
}

/** One node in three makes outputs that count as too large for the journal. */
function outputOf({ nodeId, attempt }: Invocation, output: Json): AgentOutput {
  if (diceFrom(`size of ${nodeId}`)() > 0.33) return output;
  return LargeOutput.of(output, JSON.stringify(output), outputFileName(nodeId, attempt));
}

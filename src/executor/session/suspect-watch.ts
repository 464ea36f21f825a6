import {
  type GraphPlan,
  type PlanNode,
  type RunId,
  type RunState,
  type WaitingSuspect,
  isLastChance,
  nodeRecord,
} from '../core/index.js';

/** A node that crashes have cut off often: its next attempt waits until it is let go. */
export interface HeldSuspect extends Omit<WaitingSuspect, 'key'> {
  readonly runId: RunId;
  readonly nodeId: string;
}

/** Lets suspects of all runs go, a few at a time. */
export interface SuspectGate {
  /** Has `admit` called when the suspect may make its next attempt. */
  ask(suspect: HeldSuspect, admit: () => void): void;
  /** The attempt has ended, or will not be made. */
  leave(suspect: Pick<HeldSuspect, 'runId' | 'nodeId'>): void;
}

export interface SuspectWatchParts {
  readonly runId: RunId;
  readonly plan: GraphPlan;
  readonly state: RunState;
  readonly gate: SuspectGate;
  readonly admit: (nodeId: string) => void;
}

/** Stands between one run and the gate: asks for each suspect that is held, and says when one is done. */
export class SuspectWatch {
  /** Suspects that the gate knows, by node index: the attempts they had made when they asked. */
  private readonly asked = new Map<number, number>();

  constructor(private readonly parts: SuspectWatchParts) {}

  /** Call it after each step of the run. */
  update(): void {
    const { runId, state, gate, admit } = this.parts;
    for (const [index, attempts] of this.asked) if (this.isDone(index, attempts)) this.leave(index);
    for (const index of state.held) {
      if (this.asked.has(index)) continue;
      const record = nodeRecord(state, index);
      const { attempts, crashes } = record;
      const nodeId = this.idOf(index);
      this.asked.set(index, attempts);
      gate.ask({ runId, nodeId, crashes, isLastChance: isLastChance(state, record) }, () => admit(nodeId));
    }
  }

  /** The session has ended. */
  close(): void {
    for (const index of [...this.asked.keys()]) this.leave(index);
  }

  private isDone(index: number, attemptsBefore: number): boolean {
    const { state, attempts } = nodeRecord(this.parts.state, index);
    if (state.status === 'RETRYING') return attempts > attemptsBefore;
    return state.status !== 'RUNNING';
  }

  private leave(index: number): void {
    this.asked.delete(index);
    this.parts.gate.leave({ runId: this.parts.runId, nodeId: this.idOf(index) });
  }

  private idOf(index: number): string {
    return (this.parts.plan.nodes[index] as PlanNode).definition.id;
  }
}

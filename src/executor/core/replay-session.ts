import type { GraphPlan } from './compile.js';
import { decide } from './decide.js';
import type { EpochMs } from './ids.js';
import { reduce } from './reduce.js';
import type { RunEvent } from './run-event.js';
import type { RunInput } from './run-input.js';
import { type RunState, initialState } from './run-state.js';

/** One thing that a session lived through. */
export type ReplayStep =
  | { readonly kind: 'input'; readonly input: RunInput }
  /** From here on nothing starts in this session; what else the input did is seen by itself. */
  | { readonly kind: 'drain' }
  /** Events were taken over from the journal up to this index, whatever the core makes of it. */
  | { readonly kind: 'journaled'; readonly until: number };

/**
 * A session of a journaled run, lived through again: a state that a decision has advanced cannot be advanced otherwise, so
 * it is made anew from the steps that were kept. That costs as much as the session was long, and only where the core
 * decides differently than the likeliest input would have it.
 */
export class ReplaySession {
  private current: RunState;
  private readonly kept: ReplayStep[] = [];
  /** Steps were taken that are not kept. */
  private isAhead = false;
  private now: EpochMs | undefined;

  /** @param from Index of the event with which the session begins. */
  constructor(
    private readonly plan: GraphPlan,
    private readonly events: readonly RunEvent[],
    private readonly from: number,
  ) {
    this.current = this.fold();
  }

  /** After the steps that were kept. */
  get state(): RunState {
    if (this.isAhead) this.rewind();
    return this.current;
  }

  /** What the core decides on steps that follow those that were kept. */
  try(steps: readonly ReplayStep[]): readonly RunEvent[] {
    if (this.isAhead) this.rewind();
    this.isAhead = true;
    return steps.flatMap((step) => this.take(step));
  }

  /** Keeps the steps that were tried last. */
  keep(steps: readonly ReplayStep[]): void {
    for (const step of steps) this.kept.push(step);
    this.isAhead = false;
  }

  private rewind(): void {
    this.current = this.fold();
    for (const step of this.kept) this.take(step);
    this.isAhead = false;
  }

  private take(step: ReplayStep): readonly RunEvent[] {
    const { plan, current, events } = this;
    switch (step.kind) {
      case 'input':
        this.now = step.input.now;
        return decide(plan, current, step.input);
      case 'drain':
        current.draining = true;
        return [];
      case 'journaled':
        for (const event of events.slice(current.seq, step.until)) reduce(plan, current, event);
        return [];
    }
  }

  /** As whoever takes a run over finds it. */
  private fold(): RunState {
    const admitted = new JournaledAdmissions((node) => this.isStartedNext(node));
    const state: RunState = { ...initialState(this.plan), admitted };
    for (const event of this.events.slice(0, this.from)) reduce(this.plan, state, event);
    return state;
  }

  private isStartedNext(node: number): boolean {
    const next = this.events[this.current.seq];
    return next?.type === 'node.started' && next.ts === this.now && this.plan.indexOf.get(next.nodeId) === node;
  }
}

/** When a suspect was let go is not in the journal: it was, if it comes up to start and the journal says that it did. */
class JournaledAdmissions extends Set<number> {
  constructor(private readonly isStartedNext: (node: number) => boolean) {
    super();
  }

  override has(node: number): boolean {
    return this.isStartedNext(node);
  }
}

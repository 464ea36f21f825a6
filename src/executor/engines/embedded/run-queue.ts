import { type EpochMs, type Namespace, type RunId, DEFAULT_NAMESPACE } from '../../core/index.js';
import { FairOrder } from '../host/fair-order.js';

interface Waiting {
  readonly runId: RunId;
  readonly since: EpochMs;
  readonly place: number;
  /** Of two in one place the lower goes first. */
  readonly ticket: number;
}

/** Runs that wait for a turn, each at most once: those of a namespace by priority, the namespaces by turns. */
export class RunQueue {
  /** In the order in which they came. */
  private readonly waiting = new Map<RunId, Waiting>();
  /** A binary heap; what has left the queue out of turn stays in it until it comes up. */
  private heap: Waiting[] = [];
  private readonly order = new FairOrder();
  private tickets = 0;

  get size(): number {
    return this.waiting.size;
  }

  /** Since when the run waits that has waited longest; undefined when none waits. */
  get waitingSince(): EpochMs | undefined {
    return this.waiting.values().next().value?.since;
  }

  /** A run that waits already keeps its place. */
  push(runId: RunId, now: EpochMs, namespace: Namespace = DEFAULT_NAMESPACE, priority?: number): void {
    if (this.waiting.has(runId)) return;
    const waiting = { runId, since: now, place: this.order.next(namespace, priority), ticket: (this.tickets += 1) };
    this.waiting.set(runId, waiting);
    this.rise(waiting);
  }

  /** The run whose turn it is, removed; undefined when none waits. */
  shift(): RunId | undefined {
    for (let first = this.pop(); first !== undefined; first = this.pop()) {
      if (this.waiting.get(first.runId) !== first) continue;
      this.waiting.delete(first.runId);
      this.order.advance(first.place);
      if (this.waiting.size === 0) this.clear();
      return first.runId;
    }
    return undefined;
  }

  /** Takes a run out of its turn; false if it does not wait. */
  remove(runId: RunId): boolean {
    const wasWaiting = this.waiting.delete(runId);
    if (this.waiting.size === 0) this.clear();
    return wasWaiting;
  }

  clear(): void {
    this.waiting.clear();
    this.heap = [];
    this.order.reset();
  }

  private rise(waiting: Waiting): void {
    let at = this.heap.push(waiting) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.heap[parent] as Waiting;
      if (!isBefore(waiting, above)) break;
      this.heap[at] = above;
      at = parent;
    }
    this.heap[at] = waiting;
  }

  private pop(): Waiting | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (last !== undefined && this.heap.length > 0) this.sink(last);
    return first;
  }

  private sink(waiting: Waiting): void {
    let at = 0;
    for (let child = 1; child < this.heap.length; child = 2 * at + 1) {
      const [left, right] = [this.heap[child] as Waiting, this.heap[child + 1]];
      const isRight = right !== undefined && isBefore(right, left);
      const next = isRight ? right : left;
      if (!isBefore(next, waiting)) break;
      this.heap[at] = next;
      at = isRight ? child + 1 : child;
    }
    this.heap[at] = waiting;
  }
}

function isBefore(one: Waiting, other: Waiting): boolean {
  return one.place === other.place ? one.ticket < other.ticket : one.place < other.place;
}

import type { Namespace } from '../../core/index.js';

/** The most urgent that a run can be, from 0, and what it is if nobody says. */
export const MAX_PRIORITY = 9;
export const DEFAULT_PRIORITY = 4;

/** What a run of each priority uses up of the turns of its namespace: two more steps of urgency, about half the turn. */
const COSTS: readonly number[] = [32, 23, 16, 11, 8, 6, 4, 3, 2, 1];

const PRUNE_FROM = 64;

/** The places that the runs of a namespace have been given, by priority. */
type LastPlaces = Map<number, number>;

/**
 * Start-time fair queuing: whoever asks for a place gets it behind the runs of the same namespace that are as urgent or
 * more, and no further back than where the line is now. So the namespaces take turns, however many runs each has waiting,
 * and an urgent run passes those of its namespace that are not, without keeping them or anybody else waiting for ever.
 */
export class FairOrder {
  private now = 0;
  /** Namespaces that have nobody in the line any more are forgotten when there are so many. */
  private pruneAt = PRUNE_FROM;
  private readonly last = new Map<Namespace, LastPlaces>();

  /** Namespaces that are remembered. */
  get size(): number {
    return this.last.size;
  }

  /** The place of one more run: those with lower numbers come first, of equal ones the one that asked first. */
  next(namespace: Namespace, priority = DEFAULT_PRIORITY): number {
    const places = this.last.get(namespace) ?? new Map<number, number>();
    let behind = this.now;
    for (const [other, place] of places) if (other >= priority && place > behind) behind = place;
    const place = behind + (COSTS[priority] ?? 1);
    places.set(priority, place);
    this.last.set(namespace, places);
    return place;
  }

  /** The line has come to `place`: what asks from now on stands no further in front. */
  advance(place: number): void {
    if (place <= this.now) return;
    this.now = place;
    if (this.last.size < this.pruneAt) return;
    for (const [namespace, places] of this.last) {
      if ([...places.values()].every((last) => last <= place)) this.last.delete(namespace);
    }
    this.pruneAt = Math.max(PRUNE_FROM, 2 * this.last.size);
  }

  /** Nobody waits any more: it begins anew. */
  reset(): void {
    this.now = 0;
    this.last.clear();
  }
}

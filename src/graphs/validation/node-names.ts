import { nearestHint } from '../../http/index.js';

/** Looking for the nearest name costs time for each node, and a body may hold many wrong names. */
const MAX_HINTS = 100;

/** The ids of a graph's nodes. */
export class NodeNames {
  private readonly ids: ReadonlySet<string>;
  private hintsLeft = MAX_HINTS;

  constructor(ids: readonly string[]) {
    this.ids = new Set(ids);
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** What to say of an id that no node has. */
  unknown(id: string): string {
    this.hintsLeft -= 1;
    return `no node has the id "${id}"${this.hintsLeft >= 0 ? nearestHint(id, [...this.ids]) : ''}`;
  }
}

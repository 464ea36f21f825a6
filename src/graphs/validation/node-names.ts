import { NearestHints } from '../../http/index.js';

/** The ids of a graph's nodes. */
export class NodeNames {
  private readonly ids: ReadonlySet<string>;
  private readonly hints = new NearestHints();

  constructor(ids: readonly string[]) {
    this.ids = new Set(ids);
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** What to say of an id that no node has. */
  unknown(id: string): string {
    return `no node has the id "${id}"${this.hints.of(id, () => [...this.ids])}`;
  }
}

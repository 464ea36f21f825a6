import type { RunEvent } from '../core/index.js';
import type { RunFile } from '../../storage/index.js';
import type { LargeOutput } from '../outputs/index.js';

const NONE: readonly RunFile[] = [];

/** Large outputs of attempts that have ended, until what follows from them is decided. */
export class PendingOutputs {
  private readonly byFile = new Map<string, LargeOutput>();
  private taken: readonly LargeOutput[] = [];

  add(output: LargeOutput): void {
    this.byFile.set(output.ref.artifact, output);
  }

  /**
   * The files that belong to `events`, to be stored with them. Call it with all that follows from what was added: what no
   * event refers to comes from attempts that no longer count, and is dropped.
   */
  take(events: readonly RunEvent[]): readonly RunFile[] {
    if (this.byFile.size === 0) return NONE;
    const files = events.flatMap((event) => {
      if (event.type !== 'node.succeeded' || event.ref === undefined) return NONE;
      return this.byFile.get(event.ref.artifact)?.toFile(event.nodeId, event.ts) ?? NONE;
    });
    this.taken = [...this.byFile.values()];
    this.byFile.clear();
    return files;
  }

  /** What was taken is stored. */
  done(): void {
    this.taken = [];
  }

  /** Undoes the last `take`: what followed was not stored and is decided again. */
  putBack(): void {
    for (const output of this.taken) this.add(output);
    this.taken = [];
  }
}

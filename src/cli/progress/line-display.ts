import type { JournalEntry } from '../../executor/core/index.js';
import type { OutputStream } from '../cli-context.js';
import { printableLine } from '../text/printable.js';
import { eventText } from './event-text.js';
import { markOf } from './marks.js';
import { NodeClocks } from './node-clocks.js';
import type { RunDisplay } from './run-display.js';

/** One line per event, for logs and pipes: the run's progress, a sign, the node, what happened. */
export class LineDisplay implements RunDisplay {
  private readonly clocks = new NodeClocks();
  private progress = 0;

  /** @param idWidth Columns that node ids are padded to. */
  constructor(
    private readonly out: OutputStream,
    private readonly idWidth: number,
  ) {}

  show(entry: JournalEntry): void {
    const startedAt = this.clocks.track(entry);
    this.progress = entry.progress ?? this.progress;
    const id = printableLine(entry.nodeId ?? 'run').padEnd(this.idWidth);
    const text = eventText(entry, startedAt);
    this.out.write(`${String(this.progress).padStart(3)} %  ${markOf(entry, { coloured: false })} ${id}  ${text}\n`);
  }

  note(text: string): void {
    this.out.write(`${printableLine(text)}\n`);
  }

  stop(): void {
    // Every line stands already.
  }
}

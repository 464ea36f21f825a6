import { MultiBar, type SingleBar } from 'cli-progress';
import type { JournalEntry } from '../../executor/core/index.js';
import type { OutputStream } from '../cli-context.js';
import { printableLine } from '../text/printable.js';
import { eventText, percentOf } from './event-text.js';
import { markOf } from './marks.js';
import { NodeClocks } from './node-clocks.js';
import type { RunDisplay } from './run-display.js';

const BAR_WIDTH = 20;
const CLEAR_LINE_END = '\u001b[K';
/** Rows of the terminal that bars leave free. */
const SPARE_ROWS = 3;
const DEFAULT_ROWS = 24;
const ENDS = new Set(['node.reused', 'node.succeeded', 'node.failed', 'node.skipped', 'node.cancelled']);

interface BarPayload {
  readonly mark: string;
  readonly id: string;
  readonly text: string;
}

/**
 * A bar for the run and one per node, redrawn in place. Why a node is tried again or skipped, and what
 * agents log, scrolls by above. A graph with more nodes than the terminal has rows shows bars for what runs, and lines
 * for what has ended.
 */
export class BarDisplay implements RunDisplay {
  private readonly clocks = new NodeClocks();
  private readonly bars = new Map<string, SingleBar>();
  private readonly multi: MultiBar;
  private readonly runBar: SingleBar;
  private readonly mostBars: number;
  private hasStopped = false;

  /** @param nodeIds All nodes of the graph, in spec order. */
  constructor(
    out: OutputStream,
    private readonly nodeIds: readonly string[],
    private readonly idWidth: number,
  ) {
    this.mostBars = Math.max(1, (out.rows ?? DEFAULT_ROWS) - SPARE_ROWS);
    this.multi = new MultiBar({
      stream: out,
      hideCursor: true,
      forceRedraw: true,
      gracefulExit: false,
      format: (_options, { progress }, payload: BarPayload) => this.barText(progress, payload),
    });
    this.runBar = this.multi.create(100, 0, { mark: ' ', id: 'run', text: '' } satisfies BarPayload);
    if (this.fits) for (const id of nodeIds) this.addBar(id);
  }

  show(entry: JournalEntry): void {
    const startedAt = this.clocks.track(entry);
    const text = eventText(entry, startedAt);
    if (entry.progress !== null) this.runBar.update(entry.progress);
    if (entry.nodeId === null) this.runBar.update({ mark: markOf(entry, { coloured: true }), text });
    else this.showNode(entry, entry.nodeId, text);
  }

  note(text: string): void {
    this.log(printableLine(text));
  }

  stop(): void {
    if (this.hasStopped) return;
    this.hasStopped = true;
    // Lines that still wait are only written by an update.
    this.multi.update();
    this.multi.stop();
  }

  private get fits(): boolean {
    return this.nodeIds.length < this.mostBars;
  }

  private showNode(entry: JournalEntry, id: string, text: string): void {
    const mark = markOf(entry, { coloured: true });
    if (entry.type === 'node.log') {
      this.log(`${mark} ${id}: ${text}`);
      return;
    }
    if (entry.type === 'node.retrying' || entry.type === 'node.interrupted') this.log(`${mark} ${id}: ${text}`);
    const hasEnded = ENDS.has(entry.type);
    if (hasEnded && !this.fits) {
      this.log(`${mark} ${id}: ${text}`);
      this.removeBar(id);
      return;
    }
    const bar = this.bars.get(id) ?? (this.bars.size < this.mostBars ? this.addBar(id) : undefined);
    if (entry.type === 'node.progress') bar?.update(percentOf(entry.data ?? {}), { mark, text });
    else if (entry.type === 'node.succeeded' || entry.type === 'node.reused') bar?.update(100, { mark, text });
    else if (entry.type === 'node.started') bar?.update(0, { mark, text });
    else bar?.update({ mark, text });
  }

  private addBar(id: string): SingleBar {
    const bar = this.multi.create(100, 0, { mark: ' ', id, text: 'waiting' } satisfies BarPayload);
    this.bars.set(id, bar);
    return bar;
  }

  private removeBar(id: string): void {
    const bar = this.bars.get(id);
    if (bar === undefined) return;
    this.multi.remove(bar);
    this.bars.delete(id);
  }

  private log(text: string): void {
    this.multi.log(`${text}${CLEAR_LINE_END}\n`);
  }

  private barText(progress: number, { mark, id, text }: BarPayload): string {
    const full = Math.round(progress * BAR_WIDTH);
    const bar = `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)}`;
    const percent = `${Math.floor(progress * 100)} %`.padStart(5);
    return `${mark} ${id.padEnd(this.idWidth)} ${bar} ${percent}  ${text}`;
  }
}

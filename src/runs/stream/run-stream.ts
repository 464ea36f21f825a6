import type { EventBus } from '../../events/index.js';
import { type JournalEntry, type RunId, isTerminalRun } from '../../executor/core/index.js';
import type { Journal, RunHead } from '../../storage/index.js';
import { LiveBuffer } from './live-buffer.js';
import { ConnectionClosed, type SseConnection } from './sse-connection.js';
import { entryText, eventText, retryText } from './sse-text.js';
import { isTerminalEntry } from './terminal-entry.js';

/** Entries read from the journal at once, and the size of their texts: many clients may be held up at once. */
const PAGE = 500;
const PAGE_CHARS = 65_536;
const RETRY_MS = 2_000;

export interface RunStreamParts {
  readonly runId: RunId;
  /** Entries up to this one are not sent. */
  readonly afterSeq: number;
  readonly connection: SseConnection;
  readonly journal: Journal;
  readonly bus: EventBus;
  /** Reads how far the run has come. */
  readonly findRun: () => Promise<RunHead>;
  /** Live entries that are held for a client, and how far a stalled one may fall behind. */
  readonly queueSize: number;
}

/**
 * Sends one run's journal to one client: `replaying` what the journal has, page by page, then `live` from the bus; back to
 * `replaying` whenever entries are missing in between. `cursor` is the last `seq` sent, so nothing is sent twice or left out.
 */
export class RunStream {
  private readonly live: LiveBuffer;
  private cursor: number;
  private hasEnded = false;

  constructor(private readonly parts: RunStreamParts) {
    this.cursor = parts.afterSeq;
    this.live = new LiveBuffer(parts.queueSize);
    parts.connection.tellBehind(() => Math.max(0, this.live.latestSeq - this.cursor));
  }

  /** Resolves when the run has ended and all of it is sent, or when the client has gone. */
  async run(): Promise<void> {
    const { runId, bus, connection } = this.parts;
    // Watching begins before the first read, so that nothing can fall between the two.
    const watching = bus.run$(runId).subscribe(({ entries }) => this.live.push(entries));
    void connection.whenGone.then(() => this.live.notify());
    try {
      await this.open();
      await this.replay();
      while (!this.hasEnded && connection.isOpen) await this.follow();
      if (this.hasEnded) await this.close();
    } catch (error) {
      if (!(error instanceof ConnectionClosed)) throw error;
    } finally {
      watching.unsubscribe();
    }
  }

  private async open(): Promise<void> {
    const { runId, connection } = this.parts;
    const { status, progress, lastSeq } = await this.lookForEnd();
    connection.write(retryText(RETRY_MS));
    connection.write(eventText('stream.start', { run_id: runId, status, progress, last_seq: lastSeq }));
  }

  /** A client that has seen everything, or asks for what comes after it, gets nothing but the end. */
  private async lookForEnd(): Promise<RunHead> {
    const run = await this.parts.findRun();
    this.hasEnded ||= isTerminalRun(run.status) && this.cursor >= run.lastSeq;
    return run;
  }

  private async close(): Promise<void> {
    const { runId, connection } = this.parts;
    const { status } = await this.parts.findRun();
    await connection.end(eventText('stream.end', { run_id: runId, status }));
  }

  private async replay(): Promise<void> {
    const { connection } = this.parts;
    for (let isMore = true; isMore && !this.hasEnded && connection.isOpen;) {
      isMore = await this.sendPage();
      await connection.drained(() => this.isTooSlow());
    }
  }

  /** Answers whether there is more. While the client does not read, no page is held for it: the journal has it. */
  private async sendPage(): Promise<boolean> {
    const { runId, journal } = this.parts;
    const page = await journal.read(runId, { afterSeq: this.cursor, limit: PAGE, maxChars: PAGE_CHARS });
    return !(await this.send(page)) || page.length > 0;
  }

  private async follow(): Promise<void> {
    await this.live.filled();
    if (await this.sendLive()) return;
    await this.parts.connection.drained(() => this.isTooSlow());
    await this.replay();
    await this.lookForEnd();
  }

  /** False if what came in does not follow what was sent, or could not be sent: the journal has it. */
  private async sendLive(): Promise<boolean> {
    const { entries, hasGap } = this.live.take();
    const next = entries.find((entry) => entry.seq > this.cursor);
    const isBehind = next !== undefined && next.seq !== this.cursor + 1;
    return !hasGap && !isBehind && this.send(entries);
  }

  /** False if the client did not read on the way, with the cursor at the last entry that was sent. */
  private async send(entries: readonly JournalEntry[]): Promise<boolean> {
    const { connection, runId } = this.parts;
    for (const entry of entries) {
      // Of an entry that is not wanted, one thing matters: none comes after the last one.
      this.hasEnded = isTerminalEntry(entry);
      if (entry.seq <= this.cursor) continue;
      connection.write(entryText(runId, entry));
      this.cursor = entry.seq;
      if (connection.isCongested && !(await connection.drainsSoon())) return false;
    }
    return true;
  }

  private isTooSlow(): boolean {
    return this.live.latestSeq - this.cursor > this.parts.queueSize;
  }
}

import type { EventBus, PublishedEntries } from '../../events/index.js';
import type { Namespace } from '../../executor/core/index.js';
import { ConnectionClosed, type SseConnection } from './sse-connection.js';
import { entryTextWithoutId, eventText, retryText } from './sse-text.js';

const RETRY_MS = 2_000;
const LAGGED = 'the client reads too slowly and has missed events: GET /runs tells what they were, then connect again';

export interface EventsFeedParts {
  readonly namespace: Namespace;
  readonly bus: EventBus;
  readonly connection: SseConnection;
  /** Events that may wait for a client whose socket is full. */
  readonly queueSize: number;
}

/**
 * Sends the run-level events of all runs of a namespace to one client, from now on. No cursor holds across runs, so events carry no id
 * and none can be asked for again: a client that was away, or was let go because it read too slowly, reads `GET /runs`.
 *
 * `sending` while texts wait for the socket, else `idle`. Nothing is left out in silence: when more than `queueSize` texts
 * wait, the client gets `stream.lagged` and is disconnected.
 */
export class EventsFeed {
  private waiting: string[] = [];
  private isSending = false;

  constructor(private readonly parts: EventsFeedParts) {
    parts.connection.tellBehind(() => this.waiting.length);
  }

  /** Resolves when the client has gone. */
  async run(): Promise<void> {
    const { bus, connection } = this.parts;
    connection.write(retryText(RETRY_MS));
    connection.write(eventText('stream.start', {}));
    const watching = bus.all$.subscribe((published) => this.take(published));
    await connection.whenGone;
    watching.unsubscribe();
  }

  private take({ runId, namespace, entries }: PublishedEntries): void {
    const { connection, queueSize } = this.parts;
    if (namespace !== this.parts.namespace || !connection.isOpen) return;
    for (const entry of entries) {
      if (entry.type.startsWith('run.')) this.waiting.push(entryTextWithoutId(runId, entry));
    }
    if (!this.isSending) void this.send();
    if (this.waiting.length <= queueSize) return;
    this.waiting = [];
    void connection.lag(LAGGED);
  }

  private async send(): Promise<void> {
    const { connection } = this.parts;
    this.isSending = true;
    try {
      for (let text = this.waiting.shift(); text !== undefined; text = this.waiting.shift()) {
        connection.write(text);
        if (connection.isCongested) await connection.drained(() => false);
      }
    } catch (error) {
      if (!(error instanceof ConnectionClosed)) throw error;
    } finally {
      this.isSending = false;
    }
  }
}

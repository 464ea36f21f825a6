import { filter } from 'rxjs';
import type { EventBus, PublishedEntries } from '../../events/index.js';
import { ConnectionClosed, type SseConnection } from './sse-connection.js';
import { entryText, eventText, retryText } from './sse-text.js';

const RETRY_MS = 2_000;

/**
 * Sends the run-level events of all runs to one client, from now on. Across runs there is no cursor: a client that was away
 * reads `GET /runs`. Events carry the id that they have in their run's own stream.
 *
 * Resolves when the client has gone or fell more than `queueSize` events behind.
 */
export async function feedEvents(bus: EventBus, connection: SseConnection, queueSize: number): Promise<void> {
  const waiting: string[] = [];
  let isSending = false;
  const send = async (): Promise<void> => {
    if (isSending) return;
    isSending = true;
    for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
      connection.write(text);
      if (connection.isCongested) await connection.drained(() => waiting.length >= queueSize);
    }
    isSending = false;
  };
  const watching = bus.all$.pipe(filter(() => waiting.length < queueSize)).subscribe((published) => {
    waiting.push(...textsOf(published));
    send().catch((error: unknown) => {
      if (!(error instanceof ConnectionClosed)) throw error;
    });
  });
  connection.write(retryText(RETRY_MS));
  connection.write(eventText('stream.start', {}));
  await connection.whenGone;
  watching.unsubscribe();
}

function textsOf({ runId, entries }: PublishedEntries): string[] {
  return entries.filter(({ type }) => type.startsWith('run.')).map((entry) => entryText(runId, entry));
}

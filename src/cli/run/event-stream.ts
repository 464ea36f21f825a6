import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';
import { fieldOf } from '../cli-errors.js';
import { UnreachableError, type WandApi } from './wand-api.js';

/** A stream without a byte for this long is dead: a server's heartbeat comes far more often. */
const SILENCE_MS = 90_000;
const LONGEST_EVENT = 64 * 1024 * 1024;

export interface StreamRequest {
  readonly path: string;
  /** `seq` of the last event already seen; 0 for all. */
  readonly lastEventId: number;
  /** Called when the server says how long to wait before connecting again, in milliseconds. */
  readonly onRetry: (ms: number) => void;
}

/**
 * The events of one connection; ends when the server closes it.
 *
 * @throws {UnreachableError} if the connection cannot be made or breaks.
 * @throws {RefusedError} if the server refuses it.
 */
export async function* readEventStream(api: WandApi, request: StreamRequest): AsyncGenerator<EventSourceMessage> {
  const connection = new AbortController();
  const silence = setTimeout(() => connection.abort(), SILENCE_MS);
  try {
    const response = await api.send({
      method: 'GET',
      path: request.path,
      headers: {
        Accept: 'text/event-stream',
        ...(request.lastEventId === 0 ? {} : { 'Last-Event-ID': String(request.lastEventId) }),
      },
      signal: connection.signal,
    });
    if (response.body === null) throw api.unlike();
    const bytes = response.body as ReadableStream<Uint8Array<ArrayBuffer>>;
    const messages = bytes
      .pipeThrough(withEachChunk(() => silence.refresh()))
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream({ onRetry: request.onRetry, maxBufferSize: LONGEST_EVENT }));
    for await (const message of messages) yield message;
  } catch (error) {
    if (!isBroken(error)) throw error;
    throw new UnreachableError(`the stream from ${api.name} broke off`, { cause: error });
  } finally {
    clearTimeout(silence);
    connection.abort();
  }
}

function withEachChunk(notice: () => void): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  return new TransformStream({
    transform: (chunk, controller) => {
      notice();
      controller.enqueue(chunk);
    },
  });
}

/** `fetch` reports a connection that broke as a TypeError, and one that was aborted as an AbortError. */
function isBroken(error: unknown): boolean {
  const name = fieldOf(error, 'name');
  return name === 'TypeError' || name === 'AbortError';
}

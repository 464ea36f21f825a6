import { type EventSourceMessage, createParser } from 'eventsource-parser';

/** What a stream said before it closed, or until enough was seen. */
export interface StreamRecord {
  readonly events: readonly EventSourceMessage[];
  readonly comments: readonly string[];
  /** The server closed it. */
  readonly isClosed: boolean;
}

/** Reads Server-Sent Events until the server closes the stream or `isEnough` says so; then hangs up. */
export async function readStream(
  response: Response,
  isEnough: (events: readonly EventSourceMessage[]) => boolean = () => false,
): Promise<StreamRecord> {
  const events: EventSourceMessage[] = [];
  const comments: string[] = [];
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onComment: (comment) => comments.push(comment.trim()),
  });
  if (response.body === null) throw new TypeError('the answer has no body');
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    if (isEnough(events)) return { events, comments, isClosed: false };
  }
  return { events, comments, isClosed: true };
}

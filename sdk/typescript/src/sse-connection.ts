import { WandConnectionError } from './errors.js';
import { type SseMessage, SseParser } from './sse-parser.js';

export interface SseReading {
  /** A connection that says nothing for so long, not even a comment, counts as broken; in milliseconds. */
  readonly silenceMs: number;
  /** Called with the wait before the next connection that the server asks for. */
  readonly onRetry: (ms: number) => void;
}

/**
 * The events of one connection until the server closes it. Leaving the loop hangs up.
 *
 * @throws {WandConnectionError} when the connection breaks or falls silent.
 */
export async function* readSse(response: Response, reading: SseReading): AsyncGenerator<SseMessage, void, undefined> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const parser = new SseParser();
  try {
    for (;;) {
      const { done, value } = await within(reading.silenceMs, reader.read());
      if (done) return;
      const messages = parser.feed(decoder.decode(value, { stream: true }));
      if (parser.retryMs !== undefined) reading.onRetry(parser.retryMs);
      yield* messages;
    }
  } finally {
    // A reader that waits for a broken connection cannot be waited for.
    void reader.cancel().catch(() => undefined);
  }
}

async function within<T>(ms: number, pending: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new WandConnectionError(`the stream said nothing for ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([pending, silence]);
  } catch (error) {
    if (error instanceof WandConnectionError) throw error;
    throw new WandConnectionError('the stream broke off', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

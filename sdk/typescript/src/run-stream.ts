import { backoffMs, retryAfterMs } from './backoff.js';
import { WandConnectionError, WandProblem } from './errors.js';
import type { RunEvent } from './events.js';
import type { CallOptions, TokenSource } from './options.js';
import { reasonOf, sleep } from './sleep.js';
import { readSse } from './sse-connection.js';
import type { SseMessage } from './sse-parser.js';
import { type Transport, current } from './transport.js';

const DEFAULT_RETRY_MS = 2_000;
const MAX_WAIT_MS = 15_000;
const DEFAULT_GIVE_UP_MS = 300_000;
const DEFAULT_SILENCE_MS = 60_000;
/** Statuses that pass: the service is busy, stopping or starting, or a gateway cannot reach it. */
const PASSING = new Set([429, 502, 503, 504]);

export interface StreamOptions extends CallOptions {
  /** A service that cannot be reached for so long is given up, in milliseconds; 300,000 when left out. */
  readonly giveUpAfterMs?: number;
  /**
   * A connection that says nothing for so long counts as broken, in milliseconds; 60,000 when left out. The service sends a
   * sign of life every `MONITORING__SSE_HEARTBEAT_SEC` (15).
   */
  readonly silenceMs?: number;
}

export interface RunStreamOptions extends StreamOptions {
  /** Events up to this `seq` are left out. */
  readonly afterSeq?: number;
  /**
   * A token for the stream of this run alone (`POST /auth/stream-token`), sent as `?access_token=` instead of the client's
   * credentials. It expires soon: a function gives a new one for each connection.
   */
  readonly streamToken?: TokenSource;
}

interface Connecting {
  readonly transport: Transport;
  readonly url: string;
  readonly options: StreamOptions & Pick<RunStreamOptions, 'streamToken'>;
  /** Headers of the next connection. */
  readonly headers: () => Readonly<Record<string, string>>;
}

/**
 * Every event of a run after `afterSeq`, in order, none twice and none left out, until the run has ended. It connects again
 * after whatever ends a connection early: a restart of the service, a broken network, a reader that was too slow.
 *
 * @throws {WandProblem} if the service refuses, because there is no such run for example.
 * @throws {WandConnectionError} if it cannot be reached for `giveUpAfterMs`.
 */
export async function* streamRunEvents(
  transport: Transport,
  url: string,
  options: RunStreamOptions,
): AsyncGenerator<RunEvent, void, undefined> {
  let cursor = options.afterSeq ?? 0;
  const headers = () => ({ 'Last-Event-ID': String(cursor) });
  for await (const message of connectAgain({ transport, url, options, headers })) {
    if (message === 'connected' || message.event.startsWith('stream.')) {
      if (message !== 'connected' && message.event === 'stream.end') return;
      continue;
    }
    const event = JSON.parse(message.data) as RunEvent;
    if (event.seq <= cursor) continue;
    cursor = event.seq;
    yield event;
  }
}

export interface WatchOptions extends StreamOptions {
  /** Called when events may have been missed: the stream of all runs has no cursor. `runs.list()` tells what is. */
  readonly onGap?: () => void;
}

/** Run-level events of all runs from now on, without an end; see `WatchOptions.onGap`. */
export async function* watchRunEvents(
  transport: Transport,
  url: string,
  options: WatchOptions,
): AsyncGenerator<RunEvent, void, undefined> {
  let connections = 0;
  for await (const message of connectAgain({ transport, url, options, headers: () => ({}) })) {
    if (message === 'connected') {
      connections++;
      if (connections > 1) options.onGap?.();
    } else if (!message.event.startsWith('stream.')) yield JSON.parse(message.data) as RunEvent;
  }
}

/** The messages of one connection after another, for ever; `connected` stands where each one begins. */
async function* connectAgain(connecting: Connecting): AsyncGenerator<SseMessage | 'connected', void, undefined> {
  const { silenceMs = DEFAULT_SILENCE_MS, giveUpAfterMs = DEFAULT_GIVE_UP_MS, signal } = connecting.options;
  let retryMs = DEFAULT_RETRY_MS;
  let failures = 0;
  let lastConnected = Date.now();
  for (;;) {
    const hangUp = new AbortController();
    let isConnected = false;
    let askedMs = 0;
    let failure: unknown;
    try {
      const response = await open(connecting, hangUp.signal);
      isConnected = true;
      yield 'connected';
      const onRetry = (ms: number): void => {
        retryMs = ms;
      };
      for await (const message of readSse(response, { silenceMs, onRetry })) {
        failures = 0;
        yield message;
      }
    } catch (error) {
      if (signal?.aborted === true) throw reasonOf(signal);
      askedMs = passingWaitMs(error);
      failure = error;
    } finally {
      hangUp.abort();
    }
    if (isConnected) lastConnected = Date.now();
    failures++;
    const waitMs = Math.max(askedMs, backoffMs(failures, { baseMs: retryMs / 4, maxMs: MAX_WAIT_MS }, Math.random));
    if (Date.now() + waitMs - lastConnected > giveUpAfterMs) {
      throw new WandConnectionError(`the stream could not be taken up again within ${giveUpAfterMs} ms`, {
        cause: failure,
      });
    }
    await sleep(waitMs, signal);
  }
}

async function open({ transport, url, options, headers }: Connecting, hangUp: AbortSignal): Promise<Response> {
  const { signal: given, streamToken } = options;
  const signal = given === undefined ? hangUp : AbortSignal.any([given, hangUp]);
  const query = streamToken === undefined ? '' : `?access_token=${encodeURIComponent(await current(streamToken))}`;
  const response = await transport.attempt(
    url + query,
    { headers: { Accept: 'text/event-stream', ...headers() }, signal, cache: 'no-store' },
    { isAnonymous: streamToken !== undefined },
  );
  const type = response.headers.get('Content-Type') ?? '';
  if (response.ok && type.startsWith('text/event-stream')) return response;
  const text = await response.text();
  throw new WandProblem(response, parsed(text));
}

/** Milliseconds that a server which is not ready asks to wait. @throws what does not pass by waiting. */
function passingWaitMs(error: unknown): number {
  if (error instanceof WandConnectionError) return 0;
  if (error instanceof WandProblem && PASSING.has(error.status)) return retryAfterMs(error.headers, Date.now()) ?? 0;
  throw error;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

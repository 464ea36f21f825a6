import {
  type AttemptFailure,
  type EpochMs,
  type JsonObject,
  type Level,
  beginningOf,
  storableJson,
  storableText,
} from '../core/index.js';
import type { AttemptHandle, AttemptListener, Invocation } from './agent-invoker.js';
import type { AgentOutput } from './agent-output.js';
import { ReportLimiter } from './report-limiter.js';

/** Longest text of a log line or progress message that is kept, in characters. */
const MAX_MESSAGE_LENGTH = 8_192;
/** Most that the `data` of a log line may hold, in bytes of JSON. */
const MAX_LOG_DATA_BYTES = 16_384;

/**
 * The bookkeeping of one attempt: its signal, its clocks and its reports. `open` until the agent ends, a clock runs out or
 * it is abandoned; then `closed` for ever, and whatever the agent still says is dropped.
 */
export class Attempt implements AttemptHandle {
  private readonly controller = new AbortController();
  private readonly limiter: ReportLimiter;
  private timeoutTimer: NodeJS.Timeout | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly invocation: Pick<Invocation, 'timeoutSec' | 'idleTimeoutSec'>,
    private readonly listener: AttemptListener,
  ) {
    this.limiter = new ReportLimiter(() => performance.now());
    const { timeoutSec } = invocation;
    if (timeoutSec !== null) {
      this.timeoutTimer = setTimeout(() => {
        this.expire('attempt', `the attempt took longer than its timeout of ${timeoutSec} s`);
      }, timeoutSec * 1_000);
    }
    this.restartIdleClock();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  abort(): void {
    this.controller.abort(new DOMException('the attempt was told to stop', 'AbortError'));
  }

  abandon(): void {
    // An agent that has ended has nothing left to stop, and firing a signal costs more than a whole echo.
    if (this.close()) this.abort();
  }

  logged(level: Level, message: string, data?: JsonObject): void {
    if (!this.hears()) return;
    this.listener.logged(level, stored(message), data === undefined ? undefined : storedData(data));
  }

  progressed(percent: number, message?: string): void {
    if (!Number.isFinite(percent) || !this.hears()) return;
    const bounded = Math.min(100, Math.max(0, percent));
    this.listener.progressed(bounded, message === undefined ? undefined : stored(message));
  }

  suspended(until: EpochMs): void {
    if (!this.isClosed && Number.isSafeInteger(until)) this.listener.suspended(until);
  }

  succeeded(output: AgentOutput): void {
    if (this.close()) this.listener.succeeded(output);
  }

  failed(failure: AttemptFailure): void {
    if (this.close()) this.listener.failed(failure);
  }

  /** Any report shows that the agent is alive, also one that is over the rate. */
  private hears(): boolean {
    if (this.isClosed) return false;
    this.restartIdleClock();
    return this.limiter.allows();
  }

  private restartIdleClock(): void {
    const { idleTimeoutSec } = this.invocation;
    if (idleTimeoutSec === undefined) return;
    if (this.idleTimer !== undefined) {
      this.idleTimer.refresh();
      return;
    }
    this.idleTimer = setTimeout(() => {
      this.expire('idle', `the attempt was silent for longer than ${idleTimeoutSec} s`);
    }, idleTimeoutSec * 1_000);
  }

  /** An agent that ignores its signal is abandoned here: what it returns later is dropped. */
  private expire(kind: 'attempt' | 'idle', message: string): void {
    this.failed({ type: 'TimeoutError', message, retryable: true, details: { kind } });
    this.controller.abort(new DOMException(message, 'TimeoutError'));
  }

  /** Returns false if it was closed before. */
  private close(): boolean {
    if (this.isClosed) return false;
    const { dropped } = this.limiter;
    if (dropped > 0) this.listener.logged('warn', `${dropped} reports were over the rate and were dropped`);
    this.isClosed = true;
    clearTimeout(this.timeoutTimer);
    clearTimeout(this.idleTimer);
    return true;
  }
}

function stored(message: string): string {
  const text = storableText(message);
  return text.length <= MAX_MESSAGE_LENGTH ? text : `${beginningOf(text, MAX_MESSAGE_LENGTH)} …`;
}

function storedData(data: JsonObject): JsonObject {
  const text = JSON.stringify(data);
  if (Buffer.byteLength(text) > MAX_LOG_DATA_BYTES)
    return { note: `data left out: more than ${MAX_LOG_DATA_BYTES} bytes` };
  return storableJson(data, text);
}

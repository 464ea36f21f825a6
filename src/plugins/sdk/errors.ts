import type { JsonObject } from '../../executor/core/index.js';

/**
 * A failure that says how it is to be treated. Any other error that an agent throws counts as retryable, under its own name.
 */
export class AgentError extends Error {
  /** The error's `type` in the journal, such as `HttpError`. */
  readonly type: string;
  readonly retryable: boolean;
  /** Shown to clients: never put a secret here. */
  readonly details?: JsonObject;
  /** The server's wish, in milliseconds from now; honoured up to the run's cap. */
  readonly retryAfterMs?: number;

  constructor(
    message: string,
    options: {
      readonly type: string;
      readonly retryable: boolean;
      readonly details?: JsonObject;
      readonly retryAfterMs?: number;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.name = options.type;
    this.type = options.type;
    this.retryable = options.retryable;
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A failure that another attempt cannot mend. */
export class NonRetryableError extends AgentError {
  constructor(message: string, options: { readonly details?: JsonObject; readonly cause?: unknown } = {}) {
    super(message, { ...options, type: 'NonRetryableError', retryable: false });
  }
}

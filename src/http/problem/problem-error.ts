import { PROBLEMS, type ProblemCode } from './problem-code.js';

/** One fault among several: where it is and what is accepted there. */
export interface ProblemDetail {
  /** JSON pointer (RFC 6901) into the body. */
  readonly pointer?: string;
  /** Name of the query, path or header parameter. */
  readonly parameter?: string;
  /** Short, stable, kebab-case. */
  readonly code: string;
  readonly message: string;
}

export interface ProblemOptions {
  readonly errors?: readonly ProblemDetail[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Whole seconds; becomes the `Retry-After` header. */
  readonly retryAfterSec?: number;
  /** Members of its own, beside those that every problem has. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * A failure that the API answers with `application/problem+json`. Services throw it, or a class of their own derived
 * from it; the message becomes the `detail` that the client reads, so it holds no secret, path or SQL.
 */
export class ProblemError extends Error {
  override readonly name: string = 'ProblemError';
  readonly errors?: readonly ProblemDetail[];
  readonly headers: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ProblemCode,
    detail: string,
    options: ProblemOptions = {},
  ) {
    super(detail, { cause: options.cause });
    this.errors = options.errors;
    this.extensions = options.extensions ?? {};
    this.headers =
      options.retryAfterSec === undefined
        ? { ...options.headers }
        : { ...options.headers, 'Retry-After': String(options.retryAfterSec) };
  }

  /** The HTTP status that belongs to the code. */
  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

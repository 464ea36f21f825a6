import { PROBLEMS, problemType } from './problem-code.js';
import type { ProblemDetail, ProblemError } from './problem-error.js';

/** The media type of every error answer (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** What a client gets instead of what it asked for. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The path that was asked for. */
  readonly instance: string;
  readonly request_id: string;
  readonly errors?: readonly ProblemDetail[];
}

/** The wire form of `error`. */
export function toProblemBody(
  error: ProblemError,
  request: { readonly path: string; readonly requestId: string },
): ProblemBody {
  const { status, title } = PROBLEMS[error.code];
  return {
    ...error.extensions,
    type: problemType(error.code),
    title,
    status,
    detail: error.message,
    instance: request.path,
    request_id: request.requestId,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
  };
}

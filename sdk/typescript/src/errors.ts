import type { Problem, ProblemDetail, ProblemType } from './generated/types.gen.js';

/** The kinds of errors that this version of the service knows; a newer service may know more. */
export type ProblemCode = ProblemType extends infer Type
  ? Type extends `/problems/${infer Code}`
    ? Code
    : never
  : never;

/** The service answered with an error. */
export class WandProblem extends Error {
  override readonly name = 'WandProblem';
  /** HTTP status. */
  readonly status: number;
  /** The kind of error: never changes its meaning. `unexpected-answer` when something else than the service answered. */
  readonly code: ProblemCode | 'unexpected-answer' | (string & {});
  /** What was wrong and where, when there is more to say than the message. */
  readonly errors: readonly ProblemDetail[];
  /** Name it when you report the error; undefined when something else than the service answered. */
  readonly requestId: string | undefined;
  /** The whole body (RFC 9457); undefined when something else than the service answered. */
  readonly problem: Problem | undefined;
  /** Headers of the answer. */
  readonly headers: Headers;

  /** @param body The parsed body, or its text if it is not JSON. */
  constructor(response: Pick<Response, 'status' | 'statusText' | 'headers'>, body: unknown) {
    const problem = isProblem(body) ? body : undefined;
    super(problem?.detail ?? `the server answered ${response.status} ${response.statusText}`.trimEnd());
    this.status = response.status;
    this.code = problem?.type.replace(/^.*\//, '') ?? 'unexpected-answer';
    this.errors = problem?.errors ?? [];
    this.requestId = problem?.request_id ?? response.headers.get('X-Request-ID') ?? undefined;
    this.problem = problem;
    this.headers = response.headers;
  }
}

/** No answer came: the service could not be reached, or the connection broke. `cause` has what the runtime said. */
export class WandConnectionError extends Error {
  override readonly name = 'WandConnectionError';
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'type' in body &&
    typeof body.type === 'string' &&
    'detail' in body &&
    typeof body.detail === 'string'
  );
}

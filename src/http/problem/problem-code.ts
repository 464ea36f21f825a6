/**
 * Every kind of error that the API answers, with its status and title. The key is the last segment of the problem's
 * `type` (`/problems/<code>`) and never changes its meaning once released.
 */
export const PROBLEMS = {
  'malformed-json': { status: 400, title: 'The body is not acceptable JSON' },
  'invalid-body': { status: 400, title: 'The body is not a JSON object' },
  'invalid-parameter': { status: 400, title: 'A parameter is not valid' },
  'bad-request': { status: 400, title: 'The request cannot be understood' },
  unauthorized: { status: 401, title: 'A valid key is required' },
  forbidden: { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'Nothing is here' },
  'graph-not-found': { status: 404, title: 'No such graph or version' },
  'run-not-found': { status: 404, title: 'No such run' },
  'node-not-found': { status: 404, title: 'No such node' },
  'key-not-found': { status: 404, title: 'No such API key' },
  'artifact-not-found': { status: 404, title: 'No such artifact' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'graph-archived': { status: 409, title: 'The graph is archived' },
  'run-finished': { status: 409, title: 'The run has ended' },
  'run-not-finished': { status: 409, title: 'The run has not ended' },
  'key-ended': { status: 409, title: 'The API key has ended' },
  'tokens-not-configured': { status: 409, title: 'This service issues no tokens' },
  'nothing-to-retry': { status: 409, title: 'The run succeeded and nothing is to change' },
  'idempotency-in-flight': { status: 409, title: 'The first request with this key is still being answered' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is of an unsupported type' },
  'expectation-failed': { status: 417, title: 'The expectation cannot be met' },
  'graph-invalid': { status: 422, title: 'The graph breaks a rule' },
  'run-invalid': { status: 422, title: 'The run breaks a rule' },
  'key-invalid': { status: 422, title: 'The API key breaks a rule' },
  'token-invalid': { status: 422, title: 'The request for a token breaks a rule' },
  'config-invalid': { status: 422, title: 'The configuration cannot be changed so' },
  'idempotency-mismatch': { status: 422, title: 'The key belongs to another request' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'too-many-streams': { status: 429, title: 'Too many streams are open' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'run-damaged': { status: 500, title: 'What is stored of the run is damaged' },
  'internal-error': { status: 500, title: 'Something went wrong' },
  'storage-unavailable': { status: 503, title: 'The database cannot store anything now' },
  'queue-unavailable': { status: 503, title: 'The queue cannot be reached' },
  'shutting-down': { status: 503, title: 'The service is stopping' },
  overloaded: { status: 503, title: 'Too much is waiting' },
  'not-ready': { status: 503, title: 'The service is not ready' },
  'identity-provider-unavailable': { status: 503, title: 'Tokens cannot be checked now' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

/** The closed set of errors that the API answers. */
export type ProblemCode = keyof typeof PROBLEMS;

/** The `type` member of a problem: a stable URI reference. */
export function problemType(code: ProblemCode): string {
  return `/problems/${code}`;
}

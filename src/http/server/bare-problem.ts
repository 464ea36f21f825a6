import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { PROBLEM_MEDIA_TYPE, type ProblemCode, ProblemError, toProblemBody } from '../problem/index.js';

/** A whole answer, for where there is no request that one could respond to. It ends the connection. */
export interface BareAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** All of it, as it goes over the wire. */
  readonly text: string;
}

/** A problem as a `BareAnswer`. Its `instance` is empty: which path was meant is not known. */
export function bareProblem(
  code: ProblemCode,
  detail: string,
  extra: Readonly<Record<string, string>> = {},
): BareAnswer {
  const requestId = randomUUID();
  const problem = new ProblemError(code, detail);
  const body = JSON.stringify(toProblemBody(problem, { path: '', requestId }));
  const headers = {
    'Content-Type': PROBLEM_MEDIA_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-ID': requestId,
    Date: new Date().toUTCString(),
    Connection: 'close',
    ...extra,
  };
  const { status } = problem;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return {
    status,
    headers,
    body,
    text: `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`,
  };
}

import type { ProblemCode } from '../problem/index.js';
import { type BareAnswer, bareProblem } from './bare-problem.js';
import { METHODS } from './methods.js';

/** What Node reports of a connection on which no request can be read. */
export interface ParserError extends Error {
  readonly code?: string;
  /** The bytes that were being read. */
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

const ANSWERS: ReadonlyMap<string, readonly [code: ProblemCode, detail: string]> = new Map([
  ['HPE_HEADER_OVERFLOW', ['headers-too-large', 'the request line and the headers are too many or larger than 16 KiB']],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', ['payload-too-large', 'the chunk extensions of the body are too large']],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    [
      'request-timeout',
      'the request did not arrive in time (LIMITS__HEADERS_TIMEOUT_SEC, LIMITS__REQUEST_TIMEOUT_SEC)',
    ],
  ],
]);
const NO_REQUEST = ['bad-request', 'this is not a request of HTTP/1.1'] as const;

/** A request line in order, whose method is no method that Node knows. */
const REQUEST_LINE = /^(?<method>[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) \S{1,8000} HTTP\/1\.[01]\r\n/;
const LONGEST_LINE = 8_192;

/** The answer to what could not be read. */
export function answerOf(error: ParserError): BareAnswer {
  if (error.code === 'HPE_INVALID_METHOD' && isWellFormed(error)) {
    const detail = `the method is allowed nowhere; the service knows ${METHODS}`;
    return bareProblem('method-not-allowed', detail, { Allow: METHODS });
  }
  const [code, detail] = ANSWERS.get(error.code ?? '') ?? NO_REQUEST;
  return bareProblem(code, detail);
}

/** The parser stops inside the method: what stands before it in the same bytes would be another request. */
function isWellFormed({ rawPacket, bytesParsed = 0 }: ParserError): boolean {
  const method = REQUEST_LINE.exec(rawPacket?.toString('latin1', 0, LONGEST_LINE) ?? '')?.groups?.['method'];
  return method !== undefined && bytesParsed <= method.length;
}

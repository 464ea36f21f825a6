import { type BareAnswer, bareProblem } from './bare-problem.js';
import { METHODS } from './methods.js';

/** What Node reports of a connection on which no request can be read. */
export interface ParserError extends Error {
  readonly code?: string;
  /** The bytes that were being read. */
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

/** A request line in order, whose method is no method that Node knows. */
const REQUEST_LINE = /^(?<method>[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) \S{1,8000} HTTP\/1\.[01]\r\n/;
const LONGEST_LINE = 8_192;

/** The answer to what could not be read. */
export function answerOf(error: ParserError): BareAnswer {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return bareProblem('headers-too-large', 'the request line and the headers are larger than 16 KiB together');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return bareProblem('payload-too-large', 'the chunk extensions of the body are too large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return bareProblem(
        'request-timeout',
        'the request did not arrive in time (LIMITS__HEADERS_TIMEOUT_SEC, LIMITS__REQUEST_TIMEOUT_SEC)',
      );
    case 'HPE_INVALID_METHOD':
      if (isWellFormed(error)) return unknownMethod();
      break;
  }
  return bareProblem('bad-request', 'this is not a request of HTTP/1.1');
}

function unknownMethod(): BareAnswer {
  return bareProblem('method-not-allowed', `the method is allowed nowhere; the service knows ${METHODS}`, {
    Allow: METHODS,
  });
}

/** The parser stops inside the method: what stands before it in the same bytes would be another request. */
function isWellFormed({ rawPacket, bytesParsed = 0 }: ParserError): boolean {
  const method = REQUEST_LINE.exec(rawPacket?.toString('latin1', 0, LONGEST_LINE) ?? '')?.groups?.['method'];
  return method !== undefined && bytesParsed <= method.length;
}

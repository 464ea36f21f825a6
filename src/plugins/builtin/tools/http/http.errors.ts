import { AgentError } from '../../../sdk/index.js';
import type { EgressReason } from './egress-reason.js';

/** The policy forbids the request; nothing was sent. */
export class EgressBlockedError extends AgentError {
  /**
   * @param host As the URL writes it, with its port.
   * @param what Ends a sentence that begins with "refused".
   */
  constructor(
    readonly reason: EgressReason,
    host: string,
    what: string,
  ) {
    super(`refused ${what}`, { type: 'EgressBlocked', retryable: false, details: { reason, host } });
  }
}

/** The decoded body has more bytes than the policy allows. */
export class ResponseTooLargeError extends AgentError {
  constructor(readonly maxBytes: number) {
    super(`the answer has more than the ${maxBytes} bytes allowed (counted after decompression)`, {
      type: 'ResponseTooLarge',
      retryable: false,
      details: { max_bytes: maxBytes },
    });
  }
}

/** The headers of the answer have more bytes than any needs. */
export class HeadersTooLargeError extends AgentError {
  constructor(host: string, maxBytes: number) {
    super(`the headers of the answer of ${host} have more than ${maxBytes} bytes`, {
      type: 'ResponseTooLarge',
      retryable: false,
      details: { max_bytes: maxBytes },
    });
  }
}

/** The answer was still coming when the longest time for a call was over. */
export class CallTooLongError extends AgentError {
  constructor() {
    super('the answer was still coming after an hour', { type: 'TimeoutError', retryable: true });
  }
}

/** More redirects followed each other than the request allows, or one led nowhere. */
export class RedirectError extends AgentError {
  constructor(message: string) {
    super(message, { type: 'RedirectError', retryable: false });
  }
}

/** The server sent the body in a content encoding that was not asked for. */
export class UnsupportedEncodingError extends AgentError {
  constructor(encoding: string) {
    super(`the answer is encoded as ${JSON.stringify(encoding.slice(0, 100))}, which is not supported`, {
      type: 'UnsupportedEncoding',
      retryable: false,
    });
  }
}

const RETRYABLE_STATUSES = [408, 425, 429];

/** The server answered with a status that the request does not accept. */
export class HttpError extends AgentError {
  constructor(
    readonly status: number,
    answer: { readonly method: string; readonly url: URL; readonly reason: string; readonly retryAfterMs?: number },
  ) {
    // Without query and user: either may hold a secret.
    const place = answer.url.origin + answer.url.pathname;
    super(`${answer.method} ${place} answered ${[status, answer.reason].join(' ').trim()}`, {
      type: 'HttpError',
      retryable: status >= 500 || RETRYABLE_STATUSES.includes(status),
      details: { status, url: place },
      retryAfterMs: answer.retryAfterMs,
    });
  }
}

const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed by the other side',
  EPIPE: 'the connection was closed by the other side',
  UND_ERR_SOCKET: 'the connection was closed by the other side',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name could not be resolved right now',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'the answer did not come within an hour',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped coming',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the host',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer broke off',
};

/** The request got no complete, readable answer. */
export class NetworkError extends AgentError {
  constructor(url: URL, cause: unknown) {
    const code = codeOf(cause);
    const meaning = meaningOf(code);
    super(`${url.host}: ${meaning}${code === undefined ? '' : ` (${code})`}`, {
      type: 'NetworkError',
      retryable: true,
      details: { host: url.host, ...(code === undefined ? {} : { code }) },
      cause,
    });
  }
}

function meaningOf(code: string | undefined): string {
  if (code === undefined) return 'the request failed';
  if (code.startsWith('HPE_')) return 'the answer is not valid HTTP';
  if (/^(Z_|ERR_BROTLI|ERR__ERROR_FORMAT|ERR_ZSTD|ZSTD_)/.test(code)) return 'the answer could not be decompressed';
  return MEANINGS[code] ?? 'the request failed';
}

/** The code of an error, or of the first of several: trying more than one address ends in an AggregateError. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { name, code, errors, cause } = error as {
    readonly name?: unknown;
    readonly code?: unknown;
    readonly errors?: unknown;
    readonly cause?: unknown;
  };
  if (typeof code === 'string') return code;
  // The parser of undici leaves the code out for most of its faults.
  if (name === 'HTTPParserError') return 'HPE_INVALID';
  return Array.isArray(errors) ? codeOf(errors[0]) : codeOf(cause);
}

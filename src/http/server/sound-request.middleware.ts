import type { Request, RequestHandler } from 'express';
import { ProblemError } from '../problem/index.js';
import { HOST } from './host.js';
import { textFaultOf } from './request-text.js';
import { hasSoundTarget } from './request-target.js';

/** Clients and proxies together send a few dozen. */
const MOST_HEADERS = 200;
const WHOLE_HOST = new RegExp(`^${HOST}$`, 'i');

/** Refuses what the parser of HTTP lets through but no handler, and no proxy in front, should have to make sense of. */
export function soundRequest(): RequestHandler {
  return (request, _response, next) => {
    if (request.rawHeaders.length > MOST_HEADERS * 2) {
      return next(new ProblemError('headers-too-large', `the request has more than ${MOST_HEADERS} headers`));
    }
    const detail = textFaultOf(request.url);
    const fault = targetFault(request) ?? detail?.message ?? hostFault(request) ?? codingFault(request);
    if (fault === undefined) return next();
    // Whoever sends such a request may mean another one by what follows it.
    const headers = { Connection: 'close' };
    const errors = detail?.message === fault && detail.parameter !== undefined ? [detail] : undefined;
    next(new ProblemError('bad-request', fault, { headers, errors }));
  };
}

function targetFault(request: Request): string | undefined {
  return hasSoundTarget(request) ? undefined : 'the request target is neither a path nor an http(s) URL';
}

/** RFC 9112, section 3.2: a request with no Host, with two, or with one that is none gets 400. */
function hostFault({ rawHeaders, headers, httpVersionMinor, httpVersionMajor }: Request): string | undefined {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts > 1) return 'the request has more than one Host header';
  if (hosts === 0)
    return httpVersionMajor === 1 && httpVersionMinor === 1 ? 'the request has no Host header' : undefined;
  return WHOLE_HOST.test(headers.host ?? '') ? undefined : 'the Host header names no host';
}

/** Where the ends of a body could be seen differently by a proxy in front, nothing is read. */
function codingFault({ headers, httpVersionMinor }: Request): string | undefined {
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return undefined;
  if (httpVersionMinor === 0) return 'HTTP/1.0 has no Transfer-Encoding';
  return coding.toLowerCase() === 'chunked' ? undefined : 'the only Transfer-Encoding that is known is chunked';
}

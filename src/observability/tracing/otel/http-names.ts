import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  HTTP_REQUEST_METHOD_VALUE_OTHER,
} from '../semantic-conventions.js';

/** RFC 9110 and RFC 5789. */
const KNOWN_METHODS = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);

/** What a span says of the method of a request: its names stay few, whatever a client sends. */
export function methodAttributes(method: string): Attributes {
  if (KNOWN_METHODS.has(method)) return { [ATTR_HTTP_REQUEST_METHOD]: method };
  return {
    [ATTR_HTTP_REQUEST_METHOD]: HTTP_REQUEST_METHOD_VALUE_OTHER,
    [ATTR_HTTP_REQUEST_METHOD_ORIGINAL]: method,
  };
}

/** How the span of a request is called; `target` is its route, where that is known. */
export function nameOfRequest(method: string, target?: string): string {
  const name = KNOWN_METHODS.has(method) ? method : 'HTTP';
  return target === undefined ? name : `${name} ${target}`;
}

/** A path, or a URL, without its query: that may hold a secret. */
export function withoutQuery(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

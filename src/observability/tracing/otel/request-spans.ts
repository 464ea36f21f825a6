import { type Attributes, type Span, SpanKind, SpanStatusCode, defaultTextMapGetter } from '@opentelemetry/api';
import type { Request, RequestHandler, Response } from 'express';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
  ATTR_WAND_REQUEST_ID,
} from '../semantic-conventions.js';
import { methodAttributes, nameOfRequest, withoutQuery } from './http-names.js';
import type { SpanMaker } from './span-maker.js';
import { contextFrom } from './trace-context.js';

/** Asked for every few seconds by machines: their spans would bury all others. */
const UNTRACED = /^\/(?:health|metrics)(?:\/|$)/i;

/** Traces each request from its arrival until its answer is out, as a part of the trace that its `traceparent` names. */
export function traceRequests(spans: SpanMaker): RequestHandler {
  return (request, response, next) => {
    const path = withoutQuery(request.originalUrl);
    if (UNTRACED.test(path)) return next();
    const { span, context } = spans.start({
      name: nameOfRequest(request.method),
      kind: SpanKind.SERVER,
      parent: contextFrom(request.headers, defaultTextMapGetter),
      attributes: { ...methodAttributes(request.method), [ATTR_URL_PATH]: path, ...originAttributes(request) },
    });
    const end = (): void => {
      response.off('finish', end).off('close', end);
      endSpan(span, request, response);
    };
    response.on('finish', end).on('close', end);
    spans.within(context, next);
  };
}

function originAttributes(request: Request): Attributes {
  const host = `http://${request.headers.host ?? ''}`;
  const { hostname, port } = URL.canParse(host) ? new URL(host) : { hostname: undefined, port: '' };
  return {
    [ATTR_URL_SCHEME]: request.protocol,
    [ATTR_SERVER_ADDRESS]: hostname,
    [ATTR_SERVER_PORT]: port === '' ? undefined : Number(port),
    [ATTR_USER_AGENT_ORIGINAL]: request.headers['user-agent'],
    [ATTR_WAND_REQUEST_ID]: request.requestId,
  };
}

function endSpan(span: Span, request: Request, response: Response): void {
  // Known only once the router has found it.
  const route = (request.route as { readonly path?: unknown } | undefined)?.path;
  if (typeof route === 'string') {
    span.updateName(nameOfRequest(request.method, route)).setAttribute(ATTR_HTTP_ROUTE, route);
  }
  // A client that went away before got no status.
  if (response.headersSent) {
    const { statusCode } = response;
    span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
    if (statusCode >= 500) {
      span.setAttribute(ATTR_ERROR_TYPE, String(statusCode)).setStatus({ code: SpanStatusCode.ERROR });
    }
  }
  span.end();
}

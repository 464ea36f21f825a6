import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

declare module 'express-serve-static-core' {
  interface Request {
    /** The id that this request has in logs and answers. */
    requestId: string;
  }
}

const ACCEPTED = /^[A-Za-z0-9._-]{1,128}$/;

/** Gives every request an id, the caller's if that is acceptable, and puts it on every answer. */
export function requestId(): RequestHandler {
  return (request, response, next) => {
    const given = request.get('X-Request-ID');
    request.requestId = given !== undefined && ACCEPTED.test(given) ? given : randomUUID();
    response.setHeader('X-Request-ID', request.requestId);
    next();
  };
}

import type { RequestHandler } from 'express';
import { ProblemError } from '../problem/index.js';

/** As the router sees them: in any case, with a slash at the end or none. */
const ANSWERED = /^\/(?:health(?:\/(?:live|ready|startup))?|metrics)\/?$/i;

/** Nothing but probes and metrics is here: the process works on runs, and others answer clients. */
export function probesOnly(): RequestHandler {
  return ({ path }, _response, next) => {
    if (ANSWERED.test(path)) return next();
    const detail = `nothing is at ${path}: this process is a worker, the API is where ROLE is all or api`;
    next(new ProblemError('not-found', detail));
  };
}

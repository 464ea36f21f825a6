import type { RequestHandler } from 'express';
import { allowedMethods } from './allowed-methods.js';

/** Answers OPTIONS, a preflight or not, at every path that has a route: 204 with `Allow`. */
export function answerOptions(): RequestHandler {
  return (request, response, next) => {
    if (request.method !== 'OPTIONS') return next();
    const allowed = allowedMethods(request);
    if (allowed.length === 0) return next();
    response.set('Allow', allowed.join(', ')).status(204).end();
  };
}

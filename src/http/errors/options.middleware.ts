import type { RequestHandler } from 'express';
import { METHODS } from '../server/index.js';
import { allowedMethods } from './allowed-methods.js';

/** Answers OPTIONS, a preflight or not, at every path that has a route and for the service as a whole (`*`): 204 with `Allow`. */
export function answerOptions(): RequestHandler {
  return (request, response, next) => {
    if (request.method !== 'OPTIONS') return next();
    const allowed = request.url === '*' ? METHODS : allowedMethods(request).join(', ');
    if (allowed === '') return next();
    response.set('Allow', allowed).status(204).end();
  };
}

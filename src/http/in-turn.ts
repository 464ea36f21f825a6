import type { NextFunction, RequestHandler } from 'express';

/**
 * One handler that calls several, each when the one before it is done; an error goes past the rest. To Express it is one
 * layer of its router, which would otherwise match the path of every request against each.
 */
export function inTurn(...handlers: readonly RequestHandler[]): RequestHandler {
  return (request, response, done) => {
    const callFrom = (index: number): void => {
      const handler = handlers[index];
      if (handler === undefined) return done();
      const next = ((error?: unknown) => (error === undefined ? callFrom(index + 1) : done(error))) as NextFunction;
      void handler(request, response, next);
    };
    callFrom(0);
  };
}

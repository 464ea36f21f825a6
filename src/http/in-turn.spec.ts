import type { Request, RequestHandler, Response } from 'express';
import { inTurn } from './in-turn.js';

describe('inTurn', () => {
  const call = (...handlers: readonly RequestHandler[]): Promise<unknown> =>
    new Promise((resolve) => void inTurn(...handlers)({} as Request, {} as Response, resolve));

  it('calls one handler after the other, also those that take their time', async () => {
    const calls: string[] = [];
    const slow: RequestHandler = (_request, _response, next) => {
      calls.push('slow');
      setImmediate(next);
    };
    const quick: RequestHandler = (_request, _response, next) => {
      calls.push('quick');
      next();
    };
    expect(await call(slow, quick)).toBeUndefined();
    expect(calls).toEqual(['slow', 'quick']);
  });

  it('hands an error on at once', async () => {
    const failing: RequestHandler = (_request, _response, next) => next(new Error('no'));
    const never = jest.fn();
    expect(await call(failing, never)).toEqual(new Error('no'));
    expect(never).not.toHaveBeenCalled();
  });

  it('does nothing more once a handler has answered', () => {
    const never = jest.fn();
    void inTurn(() => undefined, never)({} as Request, {} as Response, never);
    expect(never).not.toHaveBeenCalled();
  });
});

import type { Request } from 'express';
import { namespace } from '../executor/core/index.js';
import type { Scope } from './access/index.js';
import { namespaceOfRequest } from './namespace-of-request.js';

describe('The namespace of a request', () => {
  const asked = (named: string | undefined, ...scopes: Scope[]): string => {
    const request: Pick<Request, 'get'> = { get: (() => named) as Request['get'] };
    return namespaceOfRequest(request as Request, { id: 'c', namespace: namespace('own'), scopes: new Set(scopes) });
  };

  it('is that of the caller, unless an admin names another', () => {
    expect(asked(undefined, 'runs:read')).toBe('own');
    expect(asked('other-1', 'admin')).toBe('other-1');
  });

  it('cannot be named by others', () => {
    expect(() => asked('other', 'runs:read')).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });

  it.each(['', 'Upper', '-a', 'a-', 'a.b', 'a'.repeat(64), 'ä'])('is refused when it is none: "%s"', (named) => {
    const errors = [expect.objectContaining({ parameter: 'X-Wand-Namespace' })];
    expect(() => asked(named, 'admin')).toThrow(expect.objectContaining({ code: 'invalid-parameter', errors }));
  });
});

import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { Request } from 'express';
import { NAMESPACE_HEADER } from '../access/index.js';
import { unauthorized } from '../unauthorized.js';
import type { KeyManager } from './api-keys.service.js';

/** Whoever a request about keys comes from. An `admin` sees the keys of all namespaces, unless the request names one. */
export const Manager = createParamDecorator((_data: undefined, context: ExecutionContext): KeyManager => {
  const request = context.switchToHttp().getRequest<Request>();
  const { caller } = request;
  if (caller === undefined) throw unauthorized();
  const seesAll = caller.scopes.has('admin') && request.get(NAMESPACE_HEADER) === undefined;
  return { ...caller, sees: seesAll ? undefined : caller.namespace };
});

import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { Request } from 'express';
import type { Namespace } from '../../executor/core/index.js';

/** The namespace that a request is about. Only for handlers behind a scope: elsewhere there is no caller. */
export const CallerNamespace = createParamDecorator((_data: undefined, context: ExecutionContext): Namespace => {
  const { caller } = context.switchToHttp().getRequest<Request>();
  if (caller === undefined) throw new TypeError('a public handler has no caller and so no namespace');
  return caller.namespace;
});

import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { ProblemError } from '../http/problem/index.js';
import { ACCESS, type Access, allows } from './access/index.js';
import { unauthorized } from './authenticate.middleware.js';

/**
 * Decides who reaches a handler, by what the handler says about it; one that says nothing is reached by nobody. Who the
 * caller is was found out by the middleware.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws {ProblemError} `unauthorized` without a caller, `forbidden` without the scope. */
  canActivate(context: ExecutionContext): boolean {
    const { caller } = context.switchToHttp().getRequest<Request>();
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access?.kind === 'public') return true;
    if (caller === undefined) throw unauthorized();
    if (access === undefined) throw new ProblemError('forbidden', 'nobody may call this');
    if (!allows(caller.scopes, access.scope)) throw missingScope(access.scope);
    return true;
  }
}

function missingScope(scope: string): ProblemError {
  return new ProblemError('forbidden', `this needs the scope "${scope}", which your key does not have`);
}

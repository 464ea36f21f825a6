import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { ProblemError } from '../http/problem/index.js';
import { ACCESS, type Access, allows, missingScopes } from './access/index.js';
import { unauthorized } from './unauthorized.js';

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
    if (access.kind === 'scope' && !allows(caller.scopes, access.scope)) throw missingScopes([access.scope], caller);
    return true;
  }
}

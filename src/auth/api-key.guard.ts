import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { unauthorized } from './authenticate.middleware.js';
import { IS_PUBLIC } from './public.decorator.js';

/**
 * The second lock: a handler that is not marked `@Public()` is never reached without a caller, even if its path were
 * listed as public by mistake. The key itself is checked once, by the middleware.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws {ProblemError} `unauthorized` */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const targets = [context.getHandler(), context.getClass()];
    const isPublic = this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, targets) === true;
    if (!isPublic && request.caller === undefined) throw unauthorized();
    return true;
  }
}

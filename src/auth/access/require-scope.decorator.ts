import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { ACCESS, type Access } from './access.js';
import { ApiCallerAnswers } from './api-caller-answers.decorator.js';
import type { Scope } from './scopes.js';

/** Only callers with `scope` may call this handler, as often as the rate limit allows; the document says so, as a role of its security requirements. */
export function RequireScope(scope: Scope): MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, { kind: 'scope', scope } satisfies Access),
    ApiSecurity('apiKey', [scope]),
    ApiSecurity('bearer', [scope]),
    ApiCallerAnswers(),
  );
}

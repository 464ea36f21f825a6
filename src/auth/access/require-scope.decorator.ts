import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { ApiProblems } from '../../http/openapi/index.js';
import { ACCESS, type Access } from './access.js';
import type { Scope } from './scopes.js';

/** Only callers with `scope` may call this handler, as often as the rate limit allows; the document says so, as a role of its security requirements. */
export function RequireScope(scope: Scope): MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, { kind: 'scope', scope } satisfies Access),
    ApiSecurity('apiKey', [scope]),
    ApiSecurity('bearer', [scope]),
    ApiProblems('unauthorized', 'forbidden', 'rate-limited'),
  );
}

import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { ACCESS, type Access } from './access.js';
import { ApiCallerAnswers } from './api-caller-answers.decorator.js';

/** Any known caller may call this handler, whatever its scopes. */
export function RequireCaller(): MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, { kind: 'caller' } satisfies Access),
    ApiSecurity('apiKey', []),
    ApiSecurity('bearer', []),
    ApiCallerAnswers(),
  );
}

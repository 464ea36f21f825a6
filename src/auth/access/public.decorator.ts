import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { ACCESS, type Access } from './access.js';

/** Anybody may call this handler or controller, without a key. Its path stands in `public-paths.ts` too. */
export function Public(): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(ACCESS, { kind: 'public' } satisfies Access), ApiSecurity({}));
}

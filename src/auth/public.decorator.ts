import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';

/** Metadata key of what `@Public()` marks. */
export const IS_PUBLIC = 'wand:is-public';

/** Anybody may call this handler or controller, without a key. Its path stands in `public-paths.ts` too. */
export function Public(): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(IS_PUBLIC, true), ApiSecurity({}));
}

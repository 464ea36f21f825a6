import { ApiHeader, ApiParam, ApiQuery } from '@nestjs/swagger';

const MAX_KEY = 255;
/** Longer than any that was given. */
const MAX_CURSOR = 200;

/** Documents the id of what a path names. Another text than `pattern` finds nothing: 404, not 400. */
export function ApiIdParam(name: string, pattern: RegExp, options: { description: string; example: string }) {
  const { description, example } = options;
  return ApiParam({ name, description, schema: { type: 'string', pattern: pattern.source, example } });
}

/** Documents `Idempotency-Key`. */
export function ApiIdempotencyKey(): MethodDecorator {
  return ApiHeader({
    name: 'Idempotency-Key',
    description: 'Makes the request safe to repeat for 24 h: the same key and body get the first answer again.',
    required: false,
    schema: {
      type: 'string',
      minLength: 1,
      maxLength: MAX_KEY,
      pattern: '^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$',
    },
  });
}

/** Documents `limit`. */
export function ApiLimitQuery(bounds: { readonly default: number; readonly max: number }): MethodDecorator {
  const { default: fallback, max: maximum } = bounds;
  return ApiQuery({
    name: 'limit',
    required: false,
    description: 'Items of one page.',
    schema: { type: 'integer', minimum: 1, maximum, default: fallback },
  });
}

/** Documents `cursor`. */
export function ApiCursorQuery(): MethodDecorator {
  return ApiQuery({
    name: 'cursor',
    required: false,
    description: '`next_cursor` of the page before, as it was given.',
    schema: { type: 'string', maxLength: MAX_CURSOR, pattern: '^[A-Za-z0-9_-]+$' },
  });
}

import { z } from 'zod';
import { hasAtMostCharacters } from '../core/index.js';

/** A string of `min` to `max` characters, counted as the OpenAPI document counts them. */
export function boundedText({ min = 0, max }: { readonly min?: number; readonly max: number }) {
  return z
    .string()
    .min(min)
    .refine((text) => hasAtMostCharacters(text, max), {
      error: `takes at most ${max} characters`,
      params: { code: 'too-big' },
    })
    .meta({ maxLength: max });
}

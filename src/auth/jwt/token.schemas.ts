import { z } from 'zod';
import { named } from '../../http/openapi/index.js';
import { SCOPES, type Scope } from '../access/index.js';

const ONE_SCOPE = `(?:${SCOPES.join('|')})`;
const SCOPE_TEXT = new RegExp(`^${ONE_SCOPE}(?: ${ONE_SCOPE})*$`);
/** Each scope once is less than half of that. */
const MAX_SCOPE_TEXT = 200;
/** The longest that the configuration can allow: a year. */
const MAX_LIFE_SEC = 31_536_000;

const scopeText = z
  .string()
  .max(MAX_SCOPE_TEXT, { error: `takes at most ${MAX_SCOPE_TEXT} characters` })
  .regex(SCOPE_TEXT, { error: `takes scopes with single spaces between: ${SCOPES.join(', ')}` })
  .meta({ description: 'Scopes, separated by single spaces.', examples: ['runs:read runs:write'] });

export const tokenRequestSchema = named(
  'TokenRequest',
  z.strictObject({
    scope: scopeText.optional().meta({ description: 'Less than the key may do; all of it when left out.' }),
    expires_in: z
      .int()
      .min(1)
      .max(MAX_LIFE_SEC)
      .optional()
      .meta({ description: 'Seconds; at most `SECURITY__JWT_EXPIRATION_HOURS`, and an hour when left out.' }),
  }),
);

export const tokenSchema = named(
  'Token',
  z.object({
    access_token: z.string().meta({ description: 'A JWT, for `Authorization: Bearer`.' }),
    token_type: z.literal('Bearer'),
    expires_in: z.int().min(1).meta({ description: 'Seconds.' }),
    scope: z.string().meta({ description: 'What it may do: scopes, separated by spaces.' }),
  }),
);

export type TokenRequestBody = z.input<typeof tokenRequestSchema>;
export type TokenAnswer = z.output<typeof tokenSchema>;

/** The scopes of a text that the schema has judged. */
export function scopesOfText(text: string): Scope[] {
  return [...new Set(text.split(' '))] as Scope[];
}

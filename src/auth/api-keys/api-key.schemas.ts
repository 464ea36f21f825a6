import { z } from 'zod';
import { KEY_ID, NAMESPACE } from '../../executor/core/index.js';
import { named } from '../../http/openapi/index.js';
import { SCOPES } from '../access/index.js';
import { KEY_STATUSES } from './key-status.js';

/** How long a replaced key may go on: a month. */
const MAX_OVERLAP_SEC = 2_678_400;
export const DEFAULT_OVERLAP_SEC = 3_600;

const keyId = z.string().meta({ pattern: KEY_ID.source, examples: ['k_01jd9x3k5r7s8t9v0w1x2y3z4a'] });
const timestamp = z.iso.datetime().meta({ examples: ['2026-11-23T10:00:00.000Z'] });
const namespace = z
  .string()
  .regex(NAMESPACE, { error: 'takes 1 to 63 of a-z, 0-9 and -, with neither end a -' })
  .meta({ examples: ['default'] });
const keyStatus = named('ApiKeyStatus', z.enum(KEY_STATUSES));
const scope = named('Scope', z.enum(SCOPES, { error: `takes one of ${SCOPES.join(', ')}` }));

export const newKeySchema = named(
  'NewApiKey',
  z.strictObject({
    name: z
      .string()
      .min(1, { error: 'takes 1 to 100 characters' })
      .max(100, { error: 'takes 1 to 100 characters' })
      .regex(/^[^\p{Cc}]*$/u, { error: 'takes no control characters' })
      .meta({ description: 'For people.', examples: ['ci'] }),
    scopes: z
      .array(scope)
      .min(1, { error: 'takes at least one scope' })
      .max(SCOPES.length)
      .meta({ description: 'What the key may do.' }),
    namespace: namespace
      .optional()
      .meta({ description: 'Where its graphs and runs are; the namespace of the request when left out.' }),
    expires_at: z.iso
      .datetime({ offset: true, error: 'takes a time as in RFC 3339, such as 2026-11-23T10:00:00Z' })
      .nullable()
      .optional()
      .meta({ description: 'From then on it is no key any more. Null or left out: never.' }),
  }),
);

export const rotationSchema = named(
  'ApiKeyRotation',
  z.strictObject({
    overlap_sec: z
      .int()
      .min(0)
      .max(MAX_OVERLAP_SEC)
      .optional()
      .meta({ description: `How long the replaced key still counts; ${DEFAULT_OVERLAP_SEC} when left out.` }),
  }),
);

export const apiKeySchema = named(
  'ApiKey',
  z.object({
    key_id: keyId.meta({ description: 'Id of the key; not secret.' }),
    name: z.string(),
    namespace: z.string(),
    prefix: z.string().meta({ description: 'How the key begins.', examples: ['wand_AbCdEfGh'] }),
    scopes: z.array(scope),
    status: keyStatus,
    created_at: timestamp,
    expires_at: timestamp.nullable(),
    last_used_at: timestamp.nullable().meta({ description: 'To the minute; null if it was never used.' }),
    revoked_at: timestamp.nullable(),
    replaced_by: keyId.nullable().meta({ description: 'The key that took its place when it was rotated.' }),
  }),
);

export const createdApiKeySchema = named(
  'CreatedApiKey',
  apiKeySchema.extend({
    key: z.string().meta({ description: 'The key itself. It is told now and never again.' }),
  }),
);

export const apiKeyPageSchema = named(
  'ApiKeyPage',
  z.object({
    items: z.array(apiKeySchema),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Pass it as `cursor` for the next page; null on the last.' }),
  }),
);

export type NewKeyBody = z.input<typeof newKeySchema>;
export type RotationBody = z.input<typeof rotationSchema>;
export type ApiKeyAnswer = z.output<typeof apiKeySchema>;
export type CreatedApiKeyAnswer = z.output<typeof createdApiKeySchema>;

import { z } from 'zod';
import { MAX_STREAM_TOKEN_SEC } from '../../auth/index.js';
import { named } from '../../http/openapi/index.js';

export const streamTokenRequestSchema = named(
  'StreamTokenRequest',
  z.strictObject({
    run_id: z.string().meta({ description: 'The run to watch.', examples: ['r_01jd9x3k5r7s8t9v0w1x2y3z4b'] }),
    expires_in: z
      .int()
      .min(1)
      .max(MAX_STREAM_TOKEN_SEC)
      .optional()
      .meta({
        description: `Seconds within which the stream has to be opened; ${MAX_STREAM_TOKEN_SEC} when left out.`,
      }),
  }),
);

export const streamTokenSchema = named(
  'StreamToken',
  z.object({
    token: z.string().meta({ description: 'For `?access_token=` of the stream of this run.' }),
    expires_at: z.iso.datetime().meta({ examples: ['2026-11-23T10:00:00.000Z'] }),
  }),
);

export type StreamTokenRequest = z.input<typeof streamTokenRequestSchema>;
export type StreamTokenAnswer = z.output<typeof streamTokenSchema>;

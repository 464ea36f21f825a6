import { z } from 'zod';
import { named } from '../../http/openapi/index.js';

/** Answer of `GET /config/validate`. */
export const configValidationSchema = named(
  'ConfigValidation',
  z.object({
    valid: z
      .boolean()
      .meta({ description: 'Whether the service would start with the configuration as it stands now.' }),
    errors: z.array(z.string()).meta({ description: 'One line per key at fault; no secret is shown.' }),
    warnings: z.array(z.string()).meta({ description: 'What works but should be looked at.' }),
  }),
);

export type ConfigValidationAnswer = z.output<typeof configValidationSchema>;

export const EXAMPLE_CONFIG_VALIDATION: ConfigValidationAnswer = {
  valid: false,
  errors: ['PORT: got "http", takes an integer from 0 to 65535'],
  warnings: [],
};

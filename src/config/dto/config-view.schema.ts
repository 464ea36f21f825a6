import { z } from 'zod';
import { named } from '../../http/openapi/index.js';

/** Where a value was taken from, the weakest first; a mounted file wins over what the source that names it wins over. */
const VALUE_SOURCES = ['default', 'config-file', 'dot-env', 'environment', 'mounted-file', 'runtime'] as const;

const valueSource = named('ValueSource', z.enum(VALUE_SOURCES));

/** Answer of `GET /config` and `PATCH /config`. */
export const configViewSchema = named(
  'ConfigView',
  z.object({
    environment: z.string().meta({ description: 'Where the service runs.', examples: ['production'] }),
    values: z.record(z.string(), z.unknown()).meta({
      description: 'Every key by the name of its variable; secrets are masked, keys that are not set are null.',
    }),
    sources: z.record(z.string(), valueSource).meta({
      description:
        'Where each value was taken from: `config-file` is config/<ENVIRONMENT>.env, `dot-env` is .env, `mounted-file` the ' +
        'file that the variable with the suffix _FILE names, `runtime` a change by `PATCH /config`.',
    }),
    warnings: z.array(z.string()).meta({ description: 'What works but should be looked at.' }),
  }),
);

export type ValueSource = z.output<typeof valueSource>;
export type ConfigViewAnswer = z.output<typeof configViewSchema>;

export const EXAMPLE_CONFIG_VIEW: ConfigViewAnswer = {
  environment: 'production',
  values: { ENVIRONMENT: 'production', PORT: 8000, SECURITY__API_KEY: '********', LOGGING__FILE_PATH: null },
  sources: {
    ENVIRONMENT: 'environment',
    PORT: 'default',
    SECURITY__API_KEY: 'mounted-file',
    LOGGING__FILE_PATH: 'default',
  },
  warnings: ['DATABASE__URL is SQLite: one process on one machine; back the file up'],
};

import { ApiProperty } from '@nestjs/swagger';

/** Where a value was taken from, the weakest first; a mounted file wins over what the source that names it wins over. */
export const VALUE_SOURCES = ['default', 'config-file', 'dot-env', 'environment', 'mounted-file', 'runtime'] as const;
export type ValueSource = (typeof VALUE_SOURCES)[number];

/** Answer of `GET /config` and `PATCH /config`. */
export class ConfigViewDto {
  @ApiProperty({ description: 'Where the service runs.', example: 'production' })
  readonly environment!: string;

  @ApiProperty({
    description: 'Every key by the name of its variable; secrets are masked, keys that are not set are null.',
    type: 'object',
    additionalProperties: {},
    example: { ENVIRONMENT: 'production', PORT: 8000, SECURITY__API_KEY: '********', LOGGING__FILE_PATH: null },
  })
  readonly values!: Record<string, unknown>;

  @ApiProperty({
    description:
      'Where each value was taken from: `config-file` is config/<ENVIRONMENT>.env, `dot-env` is .env, `mounted-file` the ' +
      'file that the variable with the suffix _FILE names, `runtime` a change by `PATCH /config`.',
    type: 'object',
    additionalProperties: { type: 'string', enum: [...VALUE_SOURCES] },
    example: {
      ENVIRONMENT: 'environment',
      PORT: 'default',
      SECURITY__API_KEY: 'mounted-file',
      LOGGING__FILE_PATH: 'default',
    },
  })
  readonly sources!: Record<string, ValueSource>;

  @ApiProperty({
    description: 'What works but should be looked at.',
    type: [String],
    example: ['DATABASE__URL is SQLite: one process on one machine; back the file up'],
  })
  readonly warnings!: readonly string[];
}

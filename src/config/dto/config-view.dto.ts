import { ApiProperty } from '@nestjs/swagger';

/** Answer of `GET /config`. */
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
    description: 'What works but should be looked at.',
    type: [String],
    example: ['DATABASE__URL is SQLite: one process on one machine; back the file up'],
  })
  readonly warnings!: readonly string[];
}

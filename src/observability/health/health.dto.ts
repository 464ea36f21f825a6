import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';

/** Answer of `GET /health`. */
export class HealthDto {
  @ApiProperty({ description: 'Always true: a process that cannot say so does not answer.', example: true })
  readonly ok!: boolean;

  @ApiProperty({ description: 'Version of the service.', example: '0.1.0' })
  readonly version!: string;

  @ApiProperty({ description: 'Where the service runs.', example: 'production' })
  readonly environment!: string;

  @ApiProperty({ description: 'Now, as RFC 3339.', format: 'date-time', example: '2026-11-23T10:00:00.000Z' })
  readonly timestamp!: string;
}

/** What a dependency of the service last answered. */
export class CheckDto {
  @ApiProperty({ description: 'Whether all is well with it.', example: true })
  readonly ok!: boolean;

  @ApiPropertyOptional({ description: 'What is wrong.', example: 'the database does not answer' })
  readonly error?: string;

  @ApiProperty({ description: 'How long its answer took, in milliseconds.', example: 0.214 })
  readonly latency_ms!: number;

  @ApiProperty({
    description: 'When it was asked: an answer is told again for MONITORING__HEALTH_CHECK_INTERVAL, a bad one for 2 s.',
    format: 'date-time',
    example: '2026-11-23T10:00:00.000Z',
  })
  readonly checked_at!: string;
}

/** Answer of a probe that succeeded. */
@ApiExtraModels(CheckDto)
export class ProbeDto {
  @ApiProperty({ enum: ['ok'], example: 'ok' })
  readonly status!: 'ok';

  @ApiPropertyOptional({
    description: 'By dependency; only for callers with the scope `admin`.',
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(CheckDto) },
    example: { database: { ok: true, latency_ms: 0.214, checked_at: '2026-11-23T10:00:00.000Z' } },
  })
  readonly checks?: Readonly<Record<string, CheckDto>>;
}

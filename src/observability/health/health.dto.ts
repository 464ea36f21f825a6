import { ApiProperty } from '@nestjs/swagger';

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

/** Answer of a probe that succeeded. */
export class ProbeDto {
  @ApiProperty({ enum: ['ok'], example: 'ok' })
  readonly status!: 'ok';
}

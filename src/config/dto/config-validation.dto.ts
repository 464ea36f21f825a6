import { ApiProperty } from '@nestjs/swagger';

/** Answer of `GET /config/validate`. */
export class ConfigValidationDto {
  @ApiProperty({ description: 'Whether the service would start with the configuration as it stands now.' })
  readonly valid!: boolean;

  @ApiProperty({
    description: 'One line per key at fault; no secret is shown.',
    type: [String],
    example: ['PORT: got "http", takes an integer from 0 to 65535'],
  })
  readonly errors!: readonly string[];

  @ApiProperty({ description: 'What works but should be looked at.', type: [String], example: [] })
  readonly warnings!: readonly string[];
}

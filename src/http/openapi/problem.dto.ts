import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode, problemType } from '../problem/index.js';

const TYPES = (Object.keys(PROBLEMS) as ProblemCode[]).map(problemType);

/** One fault of several. */
export class ProblemDetailDto {
  @ApiPropertyOptional({ description: 'Where in the body, as a JSON pointer (RFC 6901).', example: '/nodes/0/type' })
  readonly pointer?: string;

  @ApiPropertyOptional({ description: 'The query, path or header parameter at fault.', example: 'limit' })
  readonly parameter?: string;

  @ApiProperty({ description: 'Short and stable.', pattern: '^[a-z0-9-]+$', example: 'unknown-field' })
  readonly code!: string;

  @ApiProperty({
    description: 'What is wrong and what is accepted.',
    example: 'unknown field "tpye"; did you mean "type"?',
  })
  readonly message!: string;
}

/** Every error answer (RFC 9457). */
export class ProblemDto {
  @ApiProperty({
    description: 'Stable reference of the kind of error. A later version may know more of them.',
    enum: TYPES,
    enumName: 'ProblemType',
    example: '/problems/graph-invalid',
  })
  readonly type!: string;

  @ApiProperty({ description: 'The kind of error, for people.', example: 'The graph breaks a rule' })
  readonly title!: string;

  @ApiProperty({ description: 'The HTTP status.', type: 'integer', minimum: 400, maximum: 599, example: 422 })
  readonly status!: number;

  @ApiProperty({ description: 'What went wrong this time.', example: 'the body has 1 fault' })
  readonly detail!: string;

  @ApiProperty({ description: 'The path that was asked for.', example: '/graphs' })
  readonly instance!: string;

  @ApiProperty({
    description: 'The same as the X-Request-ID header; name it when you report the error.',
    pattern: '^[A-Za-z0-9._-]{1,128}$',
    example: '3f2b8a52-8f0c-4d6c-9f0c-0d9f2f6f6a11',
  })
  readonly request_id!: string;

  @ApiPropertyOptional({
    description: 'The single faults: at most 100, and one entry that counts the rest.',
    type: [ProblemDetailDto],
    maxItems: 101,
  })
  readonly errors?: readonly ProblemDetailDto[];

  @ApiPropertyOptional({
    description: 'Of `not-ready`, for callers with the scope `admin`: what each dependency answered.',
    type: 'object',
    additionalProperties: { type: 'object' },
  })
  readonly checks?: Readonly<Record<string, object>>;
}

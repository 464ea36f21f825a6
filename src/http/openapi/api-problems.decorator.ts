import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, PROBLEM_MEDIA_TYPE, type ProblemCode, problemType } from '../problem/index.js';
import { ProblemDto } from './problem.dto.js';

/** Documents the errors of an operation: one response per status, one example per code. `internal-error` is implied. */
export function ApiProblems(...codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator {
  const byStatus = Map.groupBy(
    [...new Set<ProblemCode>([...codes, 'internal-error'])],
    (code) => PROBLEMS[code].status,
  );
  const responses = [...byStatus].map(([status, group]) =>
    ApiResponse({
      status,
      description: group.map((code) => PROBLEMS[code].title).join(', or: '),
      content: {
        [PROBLEM_MEDIA_TYPE]: {
          schema: { $ref: getSchemaPath(ProblemDto) },
          examples: Object.fromEntries(group.map((code) => [code, { value: exampleOf(code) }])),
        },
      },
    }),
  );
  return applyDecorators(ApiExtraModels(ProblemDto), ...responses);
}

function exampleOf(code: ProblemCode): ProblemDto {
  const { status, title } = PROBLEMS[code];
  return {
    type: problemType(code),
    title,
    status,
    detail: title,
    instance: '/runs',
    request_id: '3f2b8a52-8f0c-4d6c-9f0c-0d9f2f6f6a11',
  };
}

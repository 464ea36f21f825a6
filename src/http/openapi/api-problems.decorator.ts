import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, PROBLEM_MEDIA_TYPE, type ProblemCode, problemType } from '../problem/index.js';
import { ProblemDto } from './problem.dto.js';

/** Metadata key of the codes that an operation has been given so far. */
const CODES = 'wand:problems';

/**
 * Documents the errors of an operation: one response per status, one example per code. `internal-error` is implied. Where it
 * stands several times, also inside other decorators, the codes add up.
 */
export function ApiProblems(...codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator {
  return (target: object, property?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const holder: object = (descriptor?.value as object | undefined) ?? target;
    const known = (Reflect.getOwnMetadata(CODES, holder) ?? []) as readonly ProblemCode[];
    const all = [...new Set<ProblemCode>([...codes, ...known, 'internal-error'])];
    Reflect.defineMetadata(CODES, all, holder);
    const decorators = [ApiExtraModels(ProblemDto), ...responsesOf(all)];
    for (const decorate of decorators as ((...args: unknown[]) => void)[]) decorate(target, property, descriptor);
  };
}

function responsesOf(codes: readonly ProblemCode[]): (MethodDecorator & ClassDecorator)[] {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return [...byStatus].map(([status, group]) =>
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

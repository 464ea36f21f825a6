import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, PROBLEM_MEDIA_TYPE, type ProblemCode, problemType } from '../problem/index.js';
import { ProblemDto } from './problem.dto.js';

/** Metadata key of the codes that a handler has been given so far. */
const DOCUMENTED = 'wand:problems';

/** What any request may get: one that is not in order, one whose head is too large, and one that we fail. */
const IMPLIED = ['bad-request', 'headers-too-large', 'internal-error'] as const satisfies readonly ProblemCode[];

/** What an error answer of a status always brings beside its body. */
const HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'WWW-Authenticate': 'How to authenticate (RFC 9110).' },
  429: { 'Retry-After': 'Seconds until the request may be sent again.' },
  503: { 'Retry-After': 'Seconds until the request may be sent again.' },
};

/**
 * Documents errors of an operation: one response per status, one example per code. What any request may get is implied.
 * Codes of several decorators on one handler come together, whichever stands first.
 */
export function ApiProblems(...codes: readonly ProblemCode[]): MethodDecorator {
  return (target, key, descriptor) => {
    const handler = descriptor.value as object;
    const before = (Reflect.getMetadata(DOCUMENTED, handler) ?? []) as readonly ProblemCode[];
    const all = [...new Set<ProblemCode>([...codes, ...before, ...IMPLIED])];
    Reflect.defineMetadata(DOCUMENTED, all, handler);
    const byStatus = Map.groupBy(all, (code) => PROBLEMS[code].status);
    const responses = [...byStatus].map(([status, group]) => ApiResponse(responseOf(status, group)));
    applyDecorators(ApiExtraModels(ProblemDto), ...responses)(target, key, descriptor);
  };
}

function responseOf(status: number, group: readonly ProblemCode[]): Parameters<typeof ApiResponse>[0] {
  const headers = Object.entries(HEADERS[status] ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    status,
    description: group.map((code) => PROBLEMS[code].title).join(', or: '),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) as Record<string, never> }),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: { $ref: getSchemaPath(ProblemDto) },
        examples: Object.fromEntries(group.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  };
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

import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { NAMESPACE } from '../../executor/core/index.js';
import { ApiProblems } from '../../http/openapi/index.js';
import { NAMESPACE_HEADER } from './namespace-header.js';

/** Documents what an operation that asks who calls has in common with all the others. */
export function ApiCallerAnswers(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: NAMESPACE_HEADER,
      required: false,
      description: 'The namespace that the request is about. Only callers with the scope `admin` may name another one.',
      schema: { type: 'string', pattern: NAMESPACE.source },
    }),
    ApiProblems('invalid-parameter', 'unauthorized', 'forbidden', 'rate-limited', 'identity-provider-unavailable'),
  );
}
